/* SPDX-License-Identifier: Unlicense
 *
 * Atomic words of several CPUs: C11, but for the operations where it loads a word before it
 * compares, or takes an address apart that an instruction could have. A load acquires and a store
 * releases (SDM volume 3, 8.2.2), a locked instruction does both (8.2.3.9): the compiler has to
 * keep the order, by "memory".
 */
#pragma once

#define ATOMIC_HAS_COMPARES
#include "arch/common/atomic_c11.h"

ALWAYS_INLINE bool shared_is(const shared_t *word, word_t value)
{
    bool is;

    ATOMIC_POINT(word, false);
    __asm__ volatile("cmpq %2, %1" : "=@cce"(is) : "m"(*word), "re"(value));
    return is;
}

ALWAYS_INLINE bool shared_byte_is(const shared_t *word, uint8_t byte)
{
    bool is;

    ATOMIC_POINT(word, false);
    __asm__ volatile("cmpb %2, %1"
                     : "=@cce"(is)
                     : "m"(*(const uint8_t *)word), "qi"(byte)
                     : "memory");
    return is;
}

ALWAYS_INLINE bool shared_cas(shared_t *word, word_t expected, word_t desired)
{
    word_t seen = expected;
    bool is;

    ATOMIC_POINT(word, true);
    __asm__ volatile("lock cmpxchgq %3, %1"
                     : "=@cce"(is), "+m"(*word), "+a"(seen)
                     : "r"(desired)
                     : "memory");
    if (is)
        ATOMIC_BITS_SET(word, desired & ~expected);
    return is;
}
