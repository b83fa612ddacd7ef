/* SPDX-License-Identifier: Unlicense
 *
 * Pools: first fit, alignment, what is given back; against a plain array of flags.
 */
#include "rme/pool.h"

#include "rme/assert.h"
#include "tests/unit/tap.h"

#include <setjmp.h>
#include <string.h>

enum { UNITS = 3 * WORD_BITS + 5 };

static jmp_buf failed;

/* Assertions of the library end here. */
void rme_fail(const char *what)
{
    (void)what;
    longjmp(failed, 1);
}

static word_t words[RME_POOL_WORDS(UNITS)];
static struct rme_pool pool;
static bool model[UNITS];

static word_t next_random(word_t bound)
{
    static uint32_t state = 1;

    state = state * 1664525 + 1013904223;
    return (word_t)(state >> 8) % bound;
}

/* Where the model would take `count`; UNITS if nowhere. */
static word_t model_find(word_t count, word_t align)
{
    for (word_t first = 0; first + count <= UNITS; first += align) {
        word_t run = 0;

        while (run < count && !model[first + run])
            run++;
        if (run == count)
            return first;
    }
    return UNITS;
}

static bool agrees(void)
{
    word_t left = 0;

    for (word_t i = 0; i < UNITS; i++) {
        left += !model[i];
        if ((words[i / WORD_BITS] >> i % WORD_BITS & 1) != model[i])
            return false;
    }
    return rme_pool_left(&pool) == left;
}

struct piece {
    word_t first, count;
};

static bool take_and_give(struct piece *piece)
{
    word_t align = (word_t)1 << next_random(4), first = 0, expected;
    bool taken;

    if (piece->count != 0) {
        rme_pool_give(&pool, piece->first, piece->count);
        memset(model + piece->first, 0, piece->count);
        piece->count = 0;
        return agrees();
    }
    piece->count = 1 + next_random(WORD_BITS + 3);
    expected = model_find(piece->count, align);
    taken = rme_pool_take(&pool, piece->count, align, &first);
    if (taken != (expected != UNITS) || (taken && first != expected))
        return false;
    if (taken)
        memset(model + first, 1, piece->count);
    else
        piece->count = 0;
    piece->first = first;
    return agrees();
}

static bool random_pieces(void)
{
    struct piece pieces[16] = {{0, 0}};

    for (unsigned i = 0; i < 20000; i++)
        if (!take_and_give(&pieces[next_random(16)]))
            return false;
    return true;
}

/* Whether the library asserts. */
#define FAILS(statement) (setjmp(failed) != 0 || ((statement), false))

int main(void)
{
    word_t first = 0;

    rme_pool_start(&pool, words, UNITS);
    tap_check(rme_pool_left(&pool) == UNITS, "a pool begins with all its units");
    tap_check(random_pieces(), "random pieces come and go as in the model");

    rme_pool_start(&pool, words, UNITS);
    tap_check(rme_pool_take(&pool, UNITS, 1, &first) && first == 0, "all of it can be taken");
    tap_check(!rme_pool_take(&pool, 1, 1, &first) && rme_pool_left(&pool) == 0, "and then nothing");
    rme_pool_give(&pool, 0, UNITS);
    tap_check(!rme_pool_take(&pool, UNITS + 1, 1, &first) && rme_pool_left(&pool) == UNITS,
              "more than all of it cannot be taken");
    rme_pool_reserve(&pool, 3, 2);
    tap_check(rme_pool_take(&pool, 4, 4, &first) && first == 8, "what is reserved is passed over");
    tap_check(FAILS(rme_pool_give(&pool, 0, 1)), "what was not taken cannot be given back");
    tap_check(FAILS(rme_pool_give(&pool, UNITS, 1)), "nor what is not there");
    tap_check(FAILS(rme_pool_reserve(&pool, UNITS - 1, 2)), "nor can it be reserved");
    return tap_end();
}
