/* SPDX-License-Identifier: Unlicense
 *
 * One CPU needs no locked instruction: the kernel runs with interrupts held off.
 */
#pragma once

#include "config.h"

#if CONFIG_CPUS_MAX == 1
#include "arch/common/atomic_plain.h"
#else
#include "port/atomic_x86.h"
#endif
