/* SPDX-License-Identifier: Unlicense
 *
 * What threads have paid, against a clock that the kernel does not use. Two looks read the kernel's
 * clock the same number of instructions behind the reading of the other one, which therefore does
 * not matter: what all have paid in between is what has passed, but for the one count that two
 * readings of a clock can be apart.
 * What an emulator loses and wins besides is the machine's (test/machine.h).
 */
#pragma once

#include "test/machine.h"
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
    word_t periods = CONFIG_TICKLESS ? arms : passed / (rme_boot.clock_hz / 100) + 1;
    word_t lost = CONFIG_TICKLESS ? MACHINE_LOST(arms) : 0, won = MACHINE_WON(periods);
    bool is_right = sum + idle <= passed + 1 + won && sum + idle_max + lost + 1 >= passed;

    tap_check(is_right, name);
    rme_print("# %zu counts passed, %zu were paid, init had %zu to %zu; up to %zu times armed\n",
              passed, sum, idle, idle_max, arms);
}
