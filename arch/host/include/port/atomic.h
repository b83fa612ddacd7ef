/* SPDX-License-Identifier: Unlicense
 *
 * C11 atomics; at each of them the tests may let another CPU go on, and a compare-exchange may be
 * made to fail for no reason.
 */
#pragma once

#include <stdbool.h>

/* arch/host/machine.c */
void host_atomic_point(void);

#define ATOMIC_POINT() host_atomic_point()

#include "arch/common/atomic_c11.h"
