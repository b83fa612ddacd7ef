/* SPDX-License-Identifier: Unlicense
 *
 * SysTick: one counter of 24 bits that runs down from its reload value, which is clock and timer in
 * one. A count that has passed since the last read is the difference of two values, plus a period
 * if COUNTFLAG says that the counter has wrapped.
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

/* Mark of `last`: the present period had not been reloaded yet, so that the counter may still be 0
 * at its beginning. Whoever takes `last` for a number finds that more has passed than any budget.
 */
#define ARCH_CLOCK_FRESH ((word_t)1 << 31)

/* The counter, with a wrap since the last look put down in `last` and `base`. The value comes
 * before the flag: if the flag is not set, it is from before any wrap. At 0 the flag is set and the
 * reload is still to come, which makes the 0 the beginning of the next period. */
static inline word_t arch_clock_value(struct cpu *cpu)
{
    word_t value = *SYST_CVR;

    if ((*SYST_CSR & SYST_COUNTFLAG) != 0) {
        cpu->arch.last = (cpu->arch.last & ~ARCH_CLOCK_FRESH) + cpu->arch.period;
        cpu->arch.base += cpu->arch.period;
        value = *SYST_CVR;
        if (value == 0) {
            value = cpu->arch.period;
            cpu->arch.last |= ARCH_CLOCK_FRESH;
        }
    }
    return value;
}

word_t arch_clock_elapsed(struct cpu *cpu);

static inline void arch_clock_unread(struct cpu *cpu, word_t counts)
{
    cpu->arch.last += counts;
}

static inline word_t arch_timer_remaining(const struct cpu *cpu)
{
    return cpu->arch.last & ~ARCH_CLOCK_FRESH;
}

static inline word_t arch_clock_now(const struct cpu *cpu)
{
    return cpu->arch.base + cpu->arch.period - arch_timer_remaining(cpu);
}

static inline word_t arch_clock_peek(struct cpu *cpu, word_t *elapsed)
{
    word_t value = arch_clock_value(cpu);

    *elapsed = cpu->arch.last - value;
    return value;
}

static inline void arch_clock_take(struct cpu *cpu, word_t remaining)
{
    cpu->arch.last = remaining;
}

/* Begin a period that ends `counts` after the last call, within the machine's limits. */
void arch_timer_set(struct cpu *cpu, word_t counts);

static inline void arch_timer_arm(struct cpu *cpu, word_t counts)
{
    if (CONFIG_TICKLESS)
        arch_timer_set(cpu, counts);
}

static inline void arch_timer_pend(struct cpu *cpu)
{
    (void)cpu;
    *SCB_ICSR = ICSR_PENDSTSET;
}
