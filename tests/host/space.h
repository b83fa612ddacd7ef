/* SPDX-License-Identifier: Unlicense
 *
 * The part of the invariants that knows the hardware behind page tables: space_mpu.c, space_mmu.c,
 * space_raw.c.
 */
#pragma once

#include "kernel/cap.h"

/* Whether an entry says which table is its child, so that all references are known. */
bool space_names_children(void);

/* Where it does not: `counts` are the references to each slot that are known. NULL, or what is
 * wrong. */
const char *space_counts_broken(struct capability *const *slots, const word_t *counts,
                                unsigned count);

/* What a top level holds for the hardware. */
const char *space_broken(const struct capability *top);

/* invariants.c: boot holds what it made, for ever: one reference more. */
bool invariants_is_held(const struct capability *slot);
