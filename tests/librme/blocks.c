/* SPDX-License-Identifier: Unlicense
 *
 * Blocks of any size: at random, with contents that tell whether anything is given out twice or
 * lost, until nothing is left, and then all again in one piece.
 */
#include "rme/blocks.h"

#include "tests/unit/tap.h"

#include <stdalign.h>
#include <string.h>

enum { MEMORY = 1 << 16, COUNT = 200, ROUNDS = 100000, SKIP = 5 };

static alignas(max_align_t) unsigned char memory[MEMORY + SKIP];
static struct rme_blocks blocks;
static struct {
    unsigned char *at;
    size_t bytes;
    unsigned char mark;
} taken[COUNT];

static size_t next_random(size_t bound)
{
    static uint32_t state = 1;

    state = state * 1664525 + 1013904223;
    return (state >> 8) % bound;
}

static bool is_whole(size_t i)
{
    for (size_t j = 0; j < taken[i].bytes; j++)
        if (taken[i].at[j] != taken[i].mark)
            return false;
    return true;
}

static bool is_inside(const unsigned char *at, size_t bytes)
{
    return at >= memory + SKIP && at + bytes <= memory + SKIP + MEMORY &&
           (uintptr_t)at % (2 * sizeof(size_t)) == 0;
}

static void keep(size_t i, void *at, size_t bytes)
{
    taken[i].at = at;
    taken[i].bytes = at != NULL ? bytes : 0;
    taken[i].mark = (unsigned char)next_random(256);
    if (at != NULL)
        (void)memset(at, taken[i].mark, bytes);
}

static void give(size_t i)
{
    rme_blocks_give(&blocks, taken[i].at);
    taken[i].at = NULL;
    taken[i].bytes = 0;
}

static size_t random_size(void)
{
    return next_random(8) == 0 ? next_random(8000) : next_random(200);
}

/* The contents that both sizes have stay. */
static bool resize(size_t i)
{
    size_t bytes = random_size(), kept = bytes < taken[i].bytes ? bytes : taken[i].bytes;
    void *at = rme_blocks_resize(&blocks, taken[i].at, bytes);
    bool is_good;

    if (at == NULL)
        return is_whole(i);
    taken[i].at = at;
    taken[i].bytes = kept;
    is_good = is_whole(i) && is_inside(at, bytes);
    keep(i, at, bytes);
    return is_good;
}

static void at_random(void)
{
    bool is_good = true;
    unsigned refused = 0;

    for (int round = 0; round < ROUNDS && is_good; round++) {
        size_t i = next_random(COUNT);

        is_good = taken[i].at == NULL || is_whole(i);
        if (taken[i].at != NULL && next_random(3) == 0) {
            is_good &= resize(i);
        } else if (taken[i].at != NULL) {
            give(i);
        } else {
            size_t bytes = random_size();
            void *at = rme_blocks_take(&blocks, bytes);

            refused += at == NULL;
            is_good &= at == NULL || is_inside(at, bytes);
            keep(i, at, bytes);
        }
    }
    tap_check(is_good, "every block is whole and inside");
    tap_check(refused > 100, "memory has run out, many times");
}

/* A block of more than that is refused, one of so many bytes is not. */
static bool is_largest(size_t bytes)
{
    void *at = rme_blocks_take(&blocks, bytes);

    rme_blocks_give(&blocks, at);
    return at != NULL && rme_blocks_take(&blocks, bytes + 2 * sizeof(size_t)) == NULL;
}

static void limits(void)
{
    struct rme_blocks none;
    void *at;

    tap_check(rme_blocks_take(&blocks, SIZE_MAX) == NULL, "more than there can be");
    tap_check(rme_blocks_take(&blocks, (size_t)1 << 31) == NULL, "more than there is");
    tap_check(rme_blocks_take(&blocks, MEMORY) == NULL,
              "as much as there is, with nothing in front of it");
    rme_blocks_start(&none, memory, 0);
    tap_check(rme_blocks_take(&none, 1) == NULL && rme_blocks_largest(&none) == 0,
              "no memory at all");
    rme_blocks_start(&none, memory, 3 * sizeof(size_t));
    tap_check(rme_blocks_take(&none, 1) == NULL, "too little memory");
    at = rme_blocks_take(&blocks, 0);
    tap_check(at != NULL && rme_blocks_take(&blocks, 0) != at,
              "blocks of no size are different ones");
    rme_blocks_give(&blocks, NULL);
}

int main(void)
{
    size_t all;

    rme_blocks_start(&blocks, memory + SKIP, MEMORY);
    all = rme_blocks_largest(&blocks);
    tap_check(all > MEMORY - 64 && is_largest(all), "all of it can be one block");
    at_random();
    tap_check(rme_blocks_largest(&blocks) < all, "some of it is taken");
    for (size_t i = 0; i < COUNT; i++)
        give(i);
    tap_check(rme_blocks_largest(&blocks) == all, "what is given back is one piece again");
    limits();
    return tap_end();
}
