/* SPDX-License-Identifier: Unlicense
 *
 * The rarer half of the clock: reading it at leisure, and arming the timer without losing a count.
 * Arm DDI 0403E, B3.3.
 */
#include "arch/clock.h"

/* The counter of a period that has just begun is 0 until its first clock, when it reloads. */
static word_t settled(const struct cpu *cpu, word_t value)
{
    return value != 0 ? value : cpu->arch.period;
}

word_t arch_clock_elapsed(struct cpu *cpu)
{
    word_t value = settled(cpu, arch_clock_value(cpu));
    word_t elapsed = arch_timer_remaining(cpu) - value;

    cpu->arch.last = value == cpu->arch.period ? value | ARCH_CLOCK_FRESH : value;
    return elapsed;
}

/* Clear the counter right behind a clock of its own, which is waited for: one between a look and a
 * write would be lost. At most one count, which is a few cycles. Returns the last look. */
static word_t restart(word_t reload)
{
    enum { PATIENCE = 2 * BOARD_CLOCK_HZ / BOARD_TIMER_HZ };
    word_t before, value;

    *SYST_RVR = reload;
    before = *SYST_CVR;
    for (unsigned i = 0; (value = *SYST_CVR) == before && i < PATIENCE; i++) {
    }
    *SYST_CVR = 0;
    return value;
}

/* A new period begins with the count in which the counter is cleared. What has passed up to there
 * since the last call stays for the next one. */
void arch_timer_set(struct cpu *cpu, word_t counts)
{
    word_t value = settled(cpu, arch_clock_value(cpu));
    word_t passed = arch_timer_remaining(cpu) - value;
    word_t now = arch_clock_now(cpu);
    word_t period = counts > passed + ARCH_TIMER_MIN ? counts - passed : ARCH_TIMER_MIN;
    word_t last;

    if (period > ARCH_TIMER_MAX)
        period = ARCH_TIMER_MAX;
    last = restart(period - 1);
    if (last != 0 || value != cpu->arch.period)
        passed += value - last + (last > value ? cpu->arch.period : 0);
    cpu->arch.period = period;
    cpu->arch.base = now + passed;
    cpu->arch.last = (period + passed) | ARCH_CLOCK_FRESH;
}
