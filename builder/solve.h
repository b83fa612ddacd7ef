/* SPDX-License-Identifier: Unlicense
 *
 * The solver for machines with an MPU: chooses for each block of what granules it is made and where
 * it lies, so that little memory is wasted and no process needs more regions than there are.
 *
 * A block of granules of 2^k bytes lies at a multiple of 2^k and takes whole granules, so that it
 * wastes less than one of them. It shows in as many regions as it touches windows: eight granules,
 * aligned to their size. Finer granules waste less and take more regions.
 *
 * The kernel lets tables of one process not overlap, so that the windows of its blocks must be
 * apart, although most of a window may be another's.
 *
 * Blocks are placed in the order of falling granules, each at the first place that will do, which
 * leaves few gaps. Search: every block begins with the finest granule that needs one window. As
 * long as it saves memory and no process has too many regions, the block that saves most gets finer
 * granules; memory that is not there counts most. If the beginning has too many regions already,
 * blocks of that process are kept from touching more windows than they must. All of it is
 * deterministic, and its time is bounded by the fourth power of the blocks.
 *
 * A process has enough regions when all its windows have one each; or, beyond that, when the
 * windows of its data, where stacks lie, leave the four that the kernel needs to load the others by
 * turns (docs/memory.md), and those have granules of 256 bytes or more.
 */
#pragma once

#include "builder/place.h"

enum { SOLVE_EIGHTHS = 3 };

struct gap {
    uint64_t begin, end;
};

struct solver {
    struct placement *placement;
    struct list pieces;  /* struct block: what has to be placed */
    uint64_t image, ram; /* where memory ends, of the last trial */
    struct list order;   /* the pieces by granule, and what is free between them */
    struct gap *gaps;
    size_t gap_count;
};

/* Fill base, order, granted and flags of all blocks, and move on the ends of the placement. False,
 * and complaints: which process has too many regions, and what to do. */
bool solve(struct solver *solver);

unsigned solve_windows(const struct block *block);
