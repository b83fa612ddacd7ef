/* SPDX-License-Identifier: Unlicense
 *
 * The benchmark on ARMv7-M: the counter is a timer's register, which both processes have mapped.
 */
#pragma once

#include "abi/types.h"

static inline word_t bench_counter(void)
{
    return *(volatile word_t *)BENCH_COUNTER;
}
