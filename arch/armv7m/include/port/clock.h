/* SPDX-License-Identifier: Unlicense
 *
 * SysTick: one counter of 24 bits that runs down, which is clock and timer in one.
 *
 * Tickless, it is armed by a reload value that is taken back as soon as it is loaded: the counter
 * runs on from 0 to its largest value, so that it counts modulo 2^24 and the difference of two
 * reads is what has passed, across the end of a period too. As no period is longer than half the
 * range, a value above the last one says that the period has ended. With periodic ticks the reload
 * value stays, and COUNTFLAG says so. Contract: arch/include/arch/clock.h. Arm DDI 0403E, B3.3.
 */
#pragma once

#include "arch/bits.h"
#include "board.h"
#include "kernel/compiler.h"
#include "kernel/cpu.h"
#include "port/registers.h"

enum {
    ARCH_TIMER_MAX = 0x7FFFFF,
    ARCH_TIMER_MIN = BOARD_TIMER_HZ / 80000, /* longer than any path in the kernel */
    ARCH_TIMER_TICK = BOARD_TIMER_HZ / 1000 * (CONFIG_QUIESCE_PERIOD_US / 1000),
};

static inline word_t arch_clock_hz(void)
{
    return BOARD_TIMER_HZ;
}

/* clock.c */
void arch_clock_start(struct cpu *cpu);
word_t arch_clock_elapsed(struct cpu *cpu);
void arch_timer_arm(struct cpu *cpu, word_t counts);

static inline void arch_clock_unread(struct cpu *cpu, word_t counts)
{
    cpu->arch.last += counts;
}

static inline word_t arch_clock_now(const struct cpu *cpu)
{
    return cpu->arch.end - cpu->arch.last;
}

static inline word_t arch_timer_remaining(const struct cpu *cpu)
{
    return cpu->arch.last;
}

/* The flag of periodic ticks is cleared by reading it: that is left to a proper read. */
static inline word_t arch_clock_peek(const struct cpu *cpu, word_t *elapsed)
{
    word_t last = cpu->arch.last, value;
    volatile word_t *counter = cpu->arch.counter;

    LOAD_BOTH(last, counter);
    value = CONFIG_TICKLESS ? *counter : last + 1;
    *elapsed = last - value;
    return value;
}

static inline void arch_clock_take(struct cpu *cpu, word_t remaining)
{
    cpu->arch.last = remaining;
}

static inline void arch_timer_pend(struct cpu *cpu)
{
    (void)cpu;
    *SCB_ICSR = ICSR_PENDSTSET;
}
