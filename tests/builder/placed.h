/* SPDX-License-Identifier: Unlicense
 *
 * Placement looked at from outside: what a process can reach by its page tables must be its own
 * blocks and no byte more, blocks must not overlap, and regions must suffice.
 */
#pragma once

#include "builder/place.h"

/* A number below that; the same ones in each run. */
uint64_t placed_draw(uint64_t below);

/* Programs of random sizes for init and for each process, as if they had been linked. */
void placed_add_programs(struct placement *placement);

/* What must hold and does not, of a system that was placed; NULL: nothing is wrong. */
const char *placed_wrong(const struct placement *placement);
