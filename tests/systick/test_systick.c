/* SPDX-License-Identifier: Unlicense
 *
 * The clock of ARMv7-M on a SysTick of the test's own, whose every phase it can choose: what two
 * reads add up to is what has passed, wherever in the end of a period the timer is armed anew.
 * Arm DDI 0403E, B3.3: at 0 the counter takes the reload value with the next clock.
 */
#include "arch/clock.h"
#include "tests/unit/tap.h"

enum { RATIO = 8, LOOK = 2 }; /* cycles of the core: of one count, of one look at a register */

static word_t words[4], counter, shown, cycles, counts;

static void pass(word_t some)
{
    for (cycles += some; cycles >= RATIO; cycles -= RATIO) {
        counter = counter == 0 ? words[1] : counter - 1;
        counts++;
    }
}

/* A word that is not as it was shown has been written since: that clears the counter. */
volatile word_t *systick_register(unsigned number)
{
    if (words[2] != shown)
        counter = 0;
    pass(LOOK);
    words[2] = counter;
    shown = counter;
    return &words[number];
}

/* Arm the timer `before` cycles ahead of its end; by how much the sum of reads is wrong. */
static sword_t error_of(word_t before, word_t interval)
{
    struct cpu cpu = {0};
    word_t begin, sum;

    arch_clock_start(&cpu);
    (void)arch_clock_elapsed(&cpu);
    begin = counts;
    arch_timer_arm(&cpu, 1000);
    (void)SYST_CSR; /* lets the model see the last write */
    while (counter * RATIO > before)
        pass(1);
    arch_timer_arm(&cpu, interval);
    sum = arch_clock_elapsed(&cpu);
    return (sword_t)(sum - (counts - begin));
}

int main(void)
{
    const word_t intervals[] = {1, 1000, 100000, ARCH_TIMER_MAX};

    for (unsigned i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++) {
        unsigned wrong = 0;

        for (word_t before = 0; before < 400; before++) {
            sword_t error = error_of(before, intervals[i]);

            if (error < -1 || error > 1) {
                printf("# %u cycles before the end: %ld counts too many\n", (unsigned)before,
                       (long)error);
                wrong++;
            }
        }
        tap_check(wrong == 0, "armed anew around the end of a period");
    }
    return tap_end();
}
