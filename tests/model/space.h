/* SPDX-License-Identifier: Unlicense
 *
 * Where the comparison of model and kernel knows the hardware behind page tables: space_mpu.c,
 * space_mmu.c.
 */
#pragma once

#include "tests/model/model.h"

/* Sizes that the model takes from the kernel. */
void import_machine(void);

/* What boot has put into the page tables of the first process: top level, and table of the rest. */
void import_pages(struct m_object *top, struct m_object *tables);

/* What a top level holds for the hardware. */
bool image_differs(const struct m_object *top, char *text, size_t size);
