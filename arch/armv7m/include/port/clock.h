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

/* Just armed, the counter still stands at 0. */
static inline word_t arch_timer_remaining(const struct cpu *cpu)
{
    return cpu->arch.last != 0 ? cpu->arch.last : cpu->arch.period;
}

static inline void arch_timer_set(struct cpu *cpu, word_t counts)
{
    word_t now = arch_clock_now(cpu);

    *SYST_RVR = counts - 1;
    *SYST_CVR = 0;
    cpu->arch.period = counts;
    cpu->arch.base = now - counts;
    cpu->arch.last = 0;
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
