/* SPDX-License-Identifier: Unlicense
 *
 * What threads have paid, against a clock that the kernel does not use. Two looks read the kernel's
 * clock the same number of instructions behind the reading of the other one, which therefore does
 * not matter: what all have paid in between is what has passed, but for the one count that two
 * readings of a clock can be apart.
 *
 * QEMU begins a count anew whenever SysTick is written to arm it, where hardware's reference clock
 * runs on: each time may lose a part of a count (on MPS2, whose count is 1,000 instructions, up to
 * a whole one). And it cuts the fraction of a nanosecond off each period, a fiftieth of a count.
 */
#pragma once

#include "tests/system/machine.h"
#include "tests/system/threads.h"

enum { PAYERS = 4 };

/* The first is who looks. Places that are not used are 0. */
static rme_thread_t payers[PAYERS];

struct look {
    word_t now;
    word_t budgets[PAYERS];
};

static inline void look(struct look *at)
{
    at->now = machine_now();
    for (unsigned i = 0; i < PAYERS; i++)
        at->budgets[i] = payers[i].id.raw != 0 ? budget_of(payers[i]) : 0;
}

static inline word_t paid(const struct look *from, const struct look *to)
{
    word_t sum = 0;

    for (unsigned i = 0; i < PAYERS; i++)
        sum += from->budgets[i] - to->budgets[i];
    return sum;
}

/* What all have paid for, against what has passed; `idle` of it was init's. */
static inline void check_sum(const char *name, const struct look *from, const struct look *to,
                             word_t idle, word_t idle_max, word_t arms)
{
    word_t passed = machine_counts(to->now - from->now), sum = paid(from, to);
    word_t periods = CONFIG_TICKLESS ? arms : passed / (BOARD_TIMER_HZ / 100) + 1;
    word_t lost = CONFIG_TICKLESS ? (MACHINE_IS_STM32 ? arms / 4 : arms) : 0;
    word_t won = (periods + 24) / 25; /* where an emulator's reloads round, a part is one more */
    bool is_right = sum + idle <= passed + 1 + won && sum + idle_max + lost + 1 >= passed;

    tap_check(is_right, name);
    rme_print("# %u counts passed, %u were paid, init had %u to %u; up to %u times armed\n", passed,
              sum, idle, idle_max, arms);
}
