/* SPDX-License-Identifier: Unlicense
 *
 * The rarer half of the clock: reading it at leisure, and arming the timer without losing a count.
 * Arm DDI 0403E, B3.3.
 */
#include "arch/clock.h"

/* Counts from one end of a period to the next, where nothing was armed between. */
enum { PERIOD = CONFIG_TICKLESS ? 1 << 24 : ARCH_TIMER_TICK };

/* More looks at the counter than one count takes, on hardware and in an emulator whose instructions
 * take a nanosecond. Only a clock that stands still is waited for so long. */
enum { PATIENCE = 100000 };

enum { SYST_ON = 3 }; /* enabled, interrupt; the reference clock */

/* The counter, with an end of the period since the last read put down in `last` and `end`. With
 * periodic ticks the value comes before the flag: if the flag is not set, it is from before the
 * end. At 0 the flag is set, or was when it was looked at, and the reload is still to come: that is
 * the beginning of the next period. */
static word_t read(struct cpu *cpu)
{
    word_t value = *SYST_CVR;
    bool has_ended = CONFIG_TICKLESS ? value > cpu->arch.last : (*SYST_CSR & SYST_COUNTFLAG) != 0;

    if (has_ended) {
        cpu->arch.last += PERIOD;
        cpu->arch.end += PERIOD;
    }
    if (CONFIG_TICKLESS)
        return value;
    if (has_ended)
        value = *SYST_CVR;
    return value != 0 ? value : PERIOD;
}

/* Begin a period of `counts` and return what the old one had left. The counter is cleared right
 * behind a clock of its own, which is waited for: one between a look and the write would be lost.
 * Then the reload is waited for, so that the reload value can be taken back. */
static word_t restart(word_t counts)
{
    word_t before, value;

    *SYST_RVR = counts - 1;
    before = *SYST_CVR;
    for (unsigned i = 0; (value = *SYST_CVR) == before && i < PATIENCE; i++) {
    }
    *SYST_CVR = 0;
    for (unsigned i = 0; *SYST_CVR == 0 && i < PATIENCE; i++) {
    }
    *SYST_RVR = PERIOD - 1;
    return value;
}

/* The sum of all counts begins shortly before it wraps, so that no system is the first to see that.
 */
void arch_clock_start(struct cpu *cpu)
{
    *SYST_RVR = PERIOD - 1;
    *SYST_CSR = SYST_ON;
    (void)restart(PERIOD);
    cpu->arch.counter = SYST_CVR;
    cpu->arch.last = PERIOD;
    cpu->arch.end = PERIOD - (word_t)ARCH_TIMER_TICK;
}

word_t arch_clock_elapsed(struct cpu *cpu)
{
    word_t value = read(cpu);
    word_t elapsed = cpu->arch.last - value;

    cpu->arch.last = value;
    return elapsed;
}

/* What has passed between a look at the counter and another. It may have come to its end between
 * them, and has then begun again: by the reload value of a period that is about to begin, or, if
 * that was written later, by that of the old one. No period is so long that they could be confused.
 */
static word_t difference(word_t first, word_t second, word_t period)
{
    if (second <= first)
        return first - second;
    return first + (second < period ? period : PERIOD) - second;
}

/* What has passed between the last call and the new period stays for the next call. */
void arch_timer_arm(struct cpu *cpu, word_t counts)
{
    word_t value, passed, period;

    if (!CONFIG_TICKLESS)
        return;
    value = read(cpu);
    passed = cpu->arch.last - value;
    period = counts > passed + ARCH_TIMER_MIN ? counts - passed : ARCH_TIMER_MIN;
    if (period > ARCH_TIMER_MAX)
        period = ARCH_TIMER_MAX;
    passed += difference(value, restart(period), period);
    cpu->arch.end += period + passed - cpu->arch.last;
    cpu->arch.last = period + passed;
}
