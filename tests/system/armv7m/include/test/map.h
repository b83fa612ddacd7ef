/* SPDX-License-Identifier: Unlicense
 *
 * Page tables that come and go in the address space of a subject with an MPU.
 */
#pragma once

#include "tests/system/lab/lab.h"

/* ---- Memory for probes: LAB_WINDOW_BYTES that the image does not use ---- */

enum { LAB_WINDOW_ORDER = 15, LAB_WINDOW_BYTES = 1 << LAB_WINDOW_ORDER };
word_t lab_window(void);

/* A page table over part of the window. `pages` has a bit for each position. */
struct lab_map {
    word_t base, size_order, number_order, pages, flags;
};

/* Make it at a place of the subject's list. */
rme_pagetable_t lab_attach(const struct lab_subject *subject, unsigned place,
                           const struct lab_map *map);
rme_pagetable_t lab_attached(unsigned place);
void lab_detach(const struct lab_subject *subject, unsigned place);

/* Only make or remove the table of a place, which is in no list. */
rme_pagetable_t lab_table(unsigned place, const struct lab_map *map);
void lab_table_remove(unsigned place);
