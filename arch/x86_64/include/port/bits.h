/* SPDX-License-Identifier: Unlicense
 *
 * BSR, and the mask against speculation. Contract: arch/include/arch/bits.h.
 */
#pragma once

#include "abi/types.h"
#include "kernel/compiler.h"

#define ARCH_LOADS_PAIRS 0

#define AS_ONE(value)            ((void)(value))
#define LOAD_BOTH(first, second) ((void)(first), (void)(second))

static inline unsigned bit_highest(word_t word)
{
    return 63u - (unsigned)__builtin_clzl(word);
}

/* The index, or 0 when a core guessed that it is below the bound and it is not: the comparison's
 * borrow becomes the mask, and no branch is in between. */
ALWAYS_INLINE word_t index_mask(word_t index, word_t bound)
{
    word_t mask;

    __asm__("cmp %[bound], %[index]\n\tsbb %[mask], %[mask]"
            : [mask] "=r"(mask)
            : [index] "r"(index), [bound] "rm"(bound)
            : "cc");
    return index & mask;
}

/* One comparison for both: its flags branch, and its borrow is the mask. */
ALWAYS_INLINE bool index_below(word_t *index, word_t bound)
{
    word_t mask;

    __asm__ goto("cmp %[bound], %[index]\n\tjae %l[beyond]\n\tsbb %[mask], %[mask]"
                 : [mask] "=r"(mask)
                 : [index] "r"(*index), [bound] "rm"(bound)
                 : "cc"
                 : beyond);
    *index &= mask;
    return true;
beyond:
    return false;
}
