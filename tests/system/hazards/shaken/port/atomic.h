/* SPDX-License-Identifier: Unlicense
 *
 * The atomic operations of a kernel for tests, found in front of the port's: before each of them
 * shake.c may let other CPUs go on.
 */
#pragma once

#include "abi/types.h"
#include "config.h"

void shake(const void *word);

#define ATOMIC_POINT(word, writes)     shake(word)
#define ATOMIC_CAS_FAILS()             false
#define ATOMIC_BITS_SET(word, bits)    ((void)0)
#define ATOMIC_BITS_CLEARS(word, bits) ((void)0)

#include "port/atomic_x86.h"
