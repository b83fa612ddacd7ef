/* SPDX-License-Identifier: Unlicense
 *
 * Atomic words of a system with one CPU: the kernel is not preemptible, so plain accesses do.
 * Contract: arch/include/arch/atomic.h.
 */
#pragma once

#include "abi/types.h"

typedef struct {
    word_t raw;
} shared_t;

static inline word_t shared_load(const shared_t *word)
{
    return word->raw;
}

static inline word_t shared_load_acquire(const shared_t *word)
{
    return word->raw;
}

static inline bool shared_is(const shared_t *word, word_t value)
{
    return word->raw == value;
}

static inline bool shared_byte_is(const shared_t *word, uint8_t byte)
{
    return (uint8_t)word->raw == byte;
}

static inline void shared_store(shared_t *word, word_t value)
{
    word->raw = value;
}

static inline void shared_store_release(shared_t *word, word_t value)
{
    word->raw = value;
}

static inline bool shared_cas(shared_t *word, word_t expected, word_t desired)
{
    if (word->raw != expected)
        return false;
    word->raw = desired;
    return true;
}

static inline word_t shared_exchange(shared_t *word, word_t value)
{
    word_t old = word->raw;

    word->raw = value;
    return old;
}

static inline word_t shared_add(shared_t *word, word_t value)
{
    return shared_exchange(word, word->raw + value);
}

static inline word_t shared_sub(shared_t *word, word_t value)
{
    return shared_exchange(word, word->raw - value);
}

static inline word_t shared_and(shared_t *word, word_t value)
{
    return shared_exchange(word, word->raw & value);
}

static inline word_t shared_or(shared_t *word, word_t value)
{
    return shared_exchange(word, word->raw | value);
}

static inline void shared_fence(void) {}
