/* SPDX-License-Identifier: Unlicense
 *
 * C11 atomics that tests can watch and steer: arch/host/machine.h, run.h.
 */
#pragma once

#include "abi/types.h"

/* arch/host/memory.c */
void host_atomic_point(const void *word, bool writes);
bool host_cas_fails(void);
void host_bits_set(const void *word, word_t bits);
void host_bits_clear(const void *word, word_t bits);

#define ATOMIC_POINT(word, writes)     host_atomic_point((word), (writes))
#define ATOMIC_CAS_FAILS()             host_cas_fails()
#define ATOMIC_BITS_SET(word, bits)    host_bits_set((word), (bits))
#define ATOMIC_BITS_CLEARS(word, bits) host_bits_clear((word), (bits))

#include "arch/common/atomic_c11.h"
