/* SPDX-License-Identifier: Unlicense
 *
 * At each atomic operation the test may let another CPU make a whole call.
 */
#pragma once

void machine_atomic_point(void);

#define ATOMIC_POINT(word, writes)     machine_atomic_point()
#define ATOMIC_CAS_FAILS()             false
#define ATOMIC_BITS_SET(word, bits)    ((void)0)
#define ATOMIC_BITS_CLEARS(word, bits) ((void)0)

#include "arch/common/atomic_c11.h"
