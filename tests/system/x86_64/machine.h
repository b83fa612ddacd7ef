/* SPDX-License-Identifier: Unlicense
 *
 * What tests of time need of a PC. The time stamp is the kernel's clock as well: that it keeps time
 * is seen by the timer, which counts on its own.
 */
#pragma once

#include "rme/start.h"

#define MACHINE_HZ rme_boot.clock_hz

static inline void machine_begin(void) {}

static inline word_t machine_now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

static inline void machine_spin(word_t rounds)
{
    __asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(rounds) : : "cc");
}

/* Counts of the kernel's clock. */
static inline word_t machine_counts(word_t ticks)
{
    return ticks;
}
