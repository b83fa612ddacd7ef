/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/bits.h.
 */
#pragma once

#include "abi/types.h"

#define ARCH_LOADS_PAIRS 0

#define AS_ONE(value)            ((void)(value))
#define LOAD_BOTH(first, second) ((void)(first), (void)(second))

static inline unsigned bit_highest(word_t word)
{
    unsigned bit = 0;

    while ((word >>= 1) != 0)
        bit++;
    return bit;
}

/* All ones where index < bound, without a branch: the difference borrows. */
static inline word_t index_mask(word_t index, word_t bound)
{
    return index & (0 - ((index - bound) >> (WORD_BITS - 1)));
}

static inline bool index_below(word_t *index, word_t bound)
{
    if (*index >= bound)
        return false;
    *index = index_mask(*index, bound);
    return true;
}
