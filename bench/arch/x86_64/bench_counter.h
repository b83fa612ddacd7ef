/* SPDX-License-Identifier: Unlicense
 *
 * The benchmark on x86-64: the counter is the low half of the time stamp, which counts instructions
 * in QEMU with -icount shift=0.
 */
#pragma once

#include "abi/types.h"

static inline word_t bench_counter(void)
{
    uint32_t low;

    __asm__ volatile("rdtsc" : "=a"(low) : : "rdx");
    return low;
}
