/* SPDX-License-Identifier: Unlicense
 *
 * Atomic words by C11. Contract: arch/include/arch/atomic.h. The hooks are empty but in the host
 * port, where a coroutine may switch to another CPU before each operation, a compare-exchange may
 * fail for no reason, and memory is watched by the bits that are set and cleared.
 */
#pragma once

#include "abi/types.h"
#include "kernel/compiler.h"

#include <stdatomic.h>

typedef struct {
    _Atomic(word_t) raw;
} shared_t;

#ifndef ATOMIC_POINT
#define ATOMIC_POINT(word, writes)     ((void)0)
#define ATOMIC_CAS_FAILS()             false
#define ATOMIC_BITS_SET(word, bits)    ((void)0) /* behind a compare-exchange */
#define ATOMIC_BITS_CLEARS(word, bits) ((void)0) /* before a mask */
#endif

ALWAYS_INLINE word_t shared_load(const shared_t *word)
{
    ATOMIC_POINT(word, false);
    return atomic_load_explicit(&word->raw, memory_order_relaxed);
}

ALWAYS_INLINE word_t shared_load_acquire(const shared_t *word)
{
    ATOMIC_POINT(word, false);
    return atomic_load_explicit(&word->raw, memory_order_acquire);
}

ALWAYS_INLINE void shared_store(shared_t *word, word_t value)
{
    ATOMIC_POINT(word, true);
    atomic_store_explicit(&word->raw, value, memory_order_relaxed);
}

ALWAYS_INLINE void shared_store_release(shared_t *word, word_t value)
{
    ATOMIC_POINT(word, true);
    atomic_store_explicit(&word->raw, value, memory_order_release);
}

#ifndef ATOMIC_HAS_COMPARES
ALWAYS_INLINE bool shared_is(const shared_t *word, word_t value)
{
    return shared_load(word) == value;
}

ALWAYS_INLINE bool shared_byte_is(const shared_t *word, uint8_t byte)
{
    return (uint8_t)shared_load_acquire(word) == byte;
}

ALWAYS_INLINE bool shared_cas(shared_t *word, word_t expected, word_t desired)
{
    word_t seen = expected;

    ATOMIC_POINT(word, true);
    if (ATOMIC_CAS_FAILS() ||
        !atomic_compare_exchange_weak_explicit(&word->raw, &seen, desired, memory_order_acq_rel,
                                               memory_order_acquire))
        return false;
    ATOMIC_BITS_SET(word, desired & ~expected);
    return true;
}
#endif

ALWAYS_INLINE word_t shared_exchange(shared_t *word, word_t value)
{
    ATOMIC_POINT(word, true);
    return atomic_exchange_explicit(&word->raw, value, memory_order_acq_rel);
}

ALWAYS_INLINE word_t shared_add(shared_t *word, word_t value)
{
    ATOMIC_POINT(word, true);
    return atomic_fetch_add_explicit(&word->raw, value, memory_order_acq_rel);
}

ALWAYS_INLINE word_t shared_sub(shared_t *word, word_t value)
{
    ATOMIC_POINT(word, true);
    return atomic_fetch_sub_explicit(&word->raw, value, memory_order_release);
}

ALWAYS_INLINE word_t shared_and(shared_t *word, word_t value)
{
    ATOMIC_POINT(word, true);
    ATOMIC_BITS_CLEARS(word, ~value);
    return atomic_fetch_and_explicit(&word->raw, value, memory_order_release);
}

ALWAYS_INLINE word_t shared_or(shared_t *word, word_t value)
{
    ATOMIC_POINT(word, true);
    return atomic_fetch_or_explicit(&word->raw, value, memory_order_release);
}

ALWAYS_INLINE void shared_fence(void)
{
    ATOMIC_POINT(NULL, false);
    atomic_thread_fence(memory_order_seq_cst);
}
