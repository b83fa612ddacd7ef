/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/bits.h. The mask is real, so that a wrong bound shows.
 */
#pragma once

#include "abi/types.h"

#define ARCH_LOADS_PAIRS 0

#define AS_ONE(value)            ((void)(value))
#define LOAD_BOTH(first, second) ((void)(first), (void)(second))

static inline unsigned bit_highest(word_t word)
{
    return (unsigned)(sizeof(unsigned long long) * CHAR_BIT) - 1u - (unsigned)__builtin_clzll(word);
}

static inline word_t index_mask(word_t index, word_t bound)
{
    return index < bound ? index : 0;
}

static inline bool index_below(word_t *index, word_t bound)
{
    if (*index >= bound)
        return false;
    *index = index_mask(*index, bound);
    return true;
}
