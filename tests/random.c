/* SPDX-License-Identifier: Unlicense */
#include "tests/random.h"

static uint64_t state;

void random_seed(uint64_t seed)
{
    state = seed * 0x9E3779B97F4A7C15ULL + 0x1234567ULL;
    for (unsigned i = 0; i < 4; i++)
        (void)random_word();
}

static uint64_t next(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1DULL;
}

word_t random_word(void)
{
    return (word_t)next();
}

word_t random_below(word_t bound)
{
    return (word_t)(next() >> 33) % bound;
}

bool one_in(word_t bound)
{
    return random_below(bound) == 0;
}

word_t random_any(void)
{
    static const word_t numbers[] = {0,
                                     1,
                                     2,
                                     3,
                                     4,
                                     7,
                                     8,
                                     16,
                                     31,
                                     32,
                                     63,
                                     64,
                                     255,
                                     256,
                                     0xFFFF,
                                     0x10000,
                                     HALF_MAX,
                                     HALF_MAX + 1,
                                     CAP_NULL,
                                     BUDGET_INIT,
                                     BUDGET_INFINITE,
                                     ~(word_t)0,
                                     (word_t)1 << (WORD_BITS - 1)};

    if (one_in(4))
        return random_word();
    if (one_in(8))
        return (word_t)1 << random_below(WORD_BITS);
    return numbers[random_below(sizeof(numbers) / sizeof(numbers[0]))];
}
