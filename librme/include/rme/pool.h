/* SPDX-License-Identifier: Unlicense
 *
 * A pool of equal units, first fit: slots of a capability table, granules of kernel memory. One bit
 * of memory that the owner gives says of each unit whether it is taken. Not for several threads at
 * once.
 */
#pragma once

#include "abi/types.h"

struct rme_pool {
    word_t *taken; /* bit i: unit i */
    word_t units;
};

/* Words of memory that a pool needs. */
#define RME_POOL_WORDS(units) (((units) + WORD_BITS - 1) / WORD_BITS)

/* Begin with `units` units in RME_POOL_WORDS(units) words, none of them taken. */
void rme_pool_start(struct rme_pool *pool, word_t *words, word_t units);

/* Take `count` neighbours, the first a multiple of `align`, both at least 1. False: there are none,
 * and nothing was taken. Time: units. */
bool rme_pool_take(struct rme_pool *pool, word_t count, word_t align, word_t *first);

/* Take these: whoever else has them keeps them. */
void rme_pool_reserve(struct rme_pool *pool, word_t first, word_t count);

/* Give back what was taken. Asserts that it was. */
void rme_pool_give(struct rme_pool *pool, word_t first, word_t count);

/* Units that are not taken; they need not be neighbours. */
word_t rme_pool_left(const struct rme_pool *pool);
