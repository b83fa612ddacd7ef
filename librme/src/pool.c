/* SPDX-License-Identifier: Unlicense */
#include "rme/pool.h"

#include "rme/assert.h"

static bool is_taken(const struct rme_pool *pool, word_t unit)
{
    return (pool->taken[unit / WORD_BITS] >> unit % WORD_BITS & 1) != 0;
}

static void set(struct rme_pool *pool, word_t unit, bool taken)
{
    word_t bit = (word_t)1 << unit % WORD_BITS;

    if (taken)
        pool->taken[unit / WORD_BITS] |= bit;
    else
        pool->taken[unit / WORD_BITS] &= ~bit;
}

void rme_pool_start(struct rme_pool *pool, word_t *words, word_t units)
{
    *pool = (struct rme_pool){words, units};
    for (word_t i = 0; i < RME_POOL_WORDS(units); i++)
        words[i] = 0;
}

/* The units from `first` that are free, up to `count`. */
static word_t free_run(const struct rme_pool *pool, word_t first, word_t count)
{
    word_t run = 0;

    while (run < count && !is_taken(pool, first + run))
        run++;
    return run;
}

bool rme_pool_take(struct rme_pool *pool, word_t count, word_t align, word_t *first)
{
    word_t unit = 0;

    while (unit < pool->units && count <= pool->units - unit) {
        word_t run = free_run(pool, unit, count);

        if (run == count) {
            rme_pool_reserve(pool, unit, count);
            *first = unit;
            return true;
        }
        unit += (run / align + 1) * align; /* the next place behind what is taken */
    }
    return false;
}

void rme_pool_reserve(struct rme_pool *pool, word_t first, word_t count)
{
    rme_assert(first <= pool->units && count <= pool->units - first);
    for (word_t i = 0; i < count; i++)
        set(pool, first + i, true);
}

void rme_pool_give(struct rme_pool *pool, word_t first, word_t count)
{
    rme_assert(first <= pool->units && count <= pool->units - first);
    for (word_t i = 0; i < count; i++) {
        rme_assert(is_taken(pool, first + i));
        set(pool, first + i, false);
    }
}

word_t rme_pool_left(const struct rme_pool *pool)
{
    word_t left = 0;

    for (word_t i = 0; i < pool->units; i++)
        left += !is_taken(pool, i);
    return left;
}
