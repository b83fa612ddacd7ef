/* SPDX-License-Identifier: Unlicense
 *
 * CLZ, and no speculation: these cores do not read behind a branch that was guessed wrong.
 * Contract: arch/include/arch/bits.h.
 */
#pragma once

#include "abi/types.h"

#define ARCH_LOADS_PAIRS 1

#define AS_ONE(value)            __asm__("" : "+r"(value))
#define LOAD_BOTH(first, second) __asm__("" : "+r"(first), "+r"(second)) /* LDRD */

static inline unsigned bit_highest(word_t word)
{
    return 31u - (unsigned)__builtin_clz((uint32_t)word);
}

static inline word_t index_mask(word_t index, word_t bound)
{
    (void)bound;
    return index;
}

static inline bool index_below(word_t *index, word_t bound)
{
    return *index < bound;
}
