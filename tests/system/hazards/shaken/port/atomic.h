/* SPDX-License-Identifier: Unlicense
 *
 * The atomic operations of a kernel for tests, found in front of the port's: before each of them
 * shake.c may let other CPUs go on.
 */
#pragma once

#include "abi/types.h"
#include "config.h"

void shake(const void *word);
void poison_set(const void *word, word_t bits);
void poison_clear(const void *word, word_t bits);

#define ATOMIC_POINT(word, writes)     shake(word)
#define ATOMIC_CAS_FAILS()             false
#define ATOMIC_BITS_SET(word, bits)    poison_set((word), (bits))
#define ATOMIC_BITS_CLEARS(word, bits) poison_clear((word), (bits))

#include "port/atomic_x86.h"
