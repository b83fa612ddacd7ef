/* SPDX-License-Identifier: Unlicense
 *
 * Blocks of any size out of one piece of memory, as malloc() wants them. Free blocks stand in lists
 * by size, in each power of two eight lists, so that taking and giving back need no search: both
 * are bounded by constants, whatever the memory has gone through. Neighbours that are free are
 * always one block. Not for several threads at once.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { RME_BLOCKS_COLUMNS = 8, RME_BLOCKS_ROWS = 25 }; /* blocks of up to 1 GiB */

struct rme_block; /* what stands in front of each */

struct rme_blocks {
    uint32_t rows;                    /* bit r: some column of row r has a block */
    uint8_t columns[RME_BLOCKS_ROWS]; /* bit c: column c has */
    struct rme_block *list[RME_BLOCKS_ROWS][RME_BLOCKS_COLUMNS];
};

/* Begin with `bytes` bytes at `memory`. Less than a few words is no memory at all. */
void rme_blocks_start(struct rme_blocks *blocks, void *memory, size_t bytes);

/* A block of at least `bytes` bytes, aligned for any type; NULL: there is none. Constant time. */
void *rme_blocks_take(struct rme_blocks *blocks, size_t bytes);

/* Give a block back; of NULL nothing. Constant time. */
void rme_blocks_give(struct rme_blocks *blocks, void *memory);

/* The same contents in a block of another size, in its place where that can be. NULL: there is
 * none, and the block is as it was. Time: what has to be copied. */
void *rme_blocks_resize(struct rme_blocks *blocks, void *memory, size_t bytes);

/* The largest that could be taken now, in bytes; 0: none. */
size_t rme_blocks_largest(const struct rme_blocks *blocks);
