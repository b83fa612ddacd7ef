/* SPDX-License-Identifier: Unlicense
 *
 * SysTick: one counter of 24 bits that runs down from its reload value, which is clock and timer in
 * one. A count that has passed since the last read is the difference of two values, plus a period
 * if the counter has wrapped; arming makes the counter wrap now, so it needs no rule of its own.
 * Contract: arch/include/arch/clock.h. Arm DDI 0403E, B3.3.
 */
#pragma once

#include "board.h"
#include "kernel/cpu.h"
#include "port/registers.h"

enum {
    ARCH_TIMER_MAX = 0xFFFFFF,
    ARCH_TIMER_MIN = BOARD_TIMER_HZ / 80000, /* longer than any path in the kernel */
    ARCH_TIMER_TICK = BOARD_TIMER_HZ / 1000 * (CONFIG_QUIESCE_PERIOD_US / 1000),
};

static inline word_t arch_clock_elapsed(struct cpu *cpu)
{
    word_t value = *SYST_CVR;
    word_t elapsed = cpu->arch.last - value;

    if (cpu->arch.last < value) {
        elapsed += cpu->arch.period;
        cpu->arch.base += cpu->arch.period;
    }
    cpu->arch.last = value;
    return elapsed;
}

static inline void arch_clock_unread(struct cpu *cpu, word_t counts)
{
    cpu->arch.last += counts;
}

static inline word_t arch_clock_now(const struct cpu *cpu)
{
    return cpu->arch.base + cpu->arch.period - cpu->arch.last;
}

static inline word_t arch_timer_remaining(const struct cpu *cpu)
{
    return cpu->arch.last;
}

/* The quick half of a look at the clock: *elapsed as arch_clock_elapsed would say it, if the
 * counter has not wrapped, else a number above any finite budget. Nothing changes until
 * arch_clock_take. */
static inline word_t arch_clock_peek(const struct cpu *cpu, word_t *elapsed)
{
    word_t value = *SYST_CVR;

    *elapsed = cpu->arch.last - value;
    return value;
}

static inline void arch_clock_take(struct cpu *cpu, word_t remaining)
{
    cpu->arch.last = remaining;
}

/* A write to the counter clears it; it reloads at its next clock, which is waited for, so that a
 * later read cannot take the 0 for the end of the period. One count is 8 cycles of the CPU, or 48.
 */
static inline void arch_timer_set(struct cpu *cpu, word_t counts)
{
    enum { PATIENCE = 100 };
    word_t now = arch_clock_now(cpu);

    *SYST_RVR = counts - 1;
    *SYST_CVR = 0;
    for (unsigned i = 0; i < PATIENCE && *SYST_CVR == 0; i++) {
    }
    cpu->arch.period = counts;
    cpu->arch.base = now;
    cpu->arch.last = counts;
}

static inline void arch_timer_arm(struct cpu *cpu, word_t counts)
{
    if (!CONFIG_TICKLESS)
        return;
    if (counts < ARCH_TIMER_MIN)
        counts = ARCH_TIMER_MIN;
    arch_timer_set(cpu, counts < ARCH_TIMER_MAX ? counts : ARCH_TIMER_MAX);
}

static inline void arch_timer_pend(struct cpu *cpu)
{
    (void)cpu;
    *SCB_ICSR = ICSR_PENDSTSET;
}
