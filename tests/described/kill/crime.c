/* SPDX-License-Identifier: Unlicense */
#include "tests/described/kill/crime.h"

#include "rme/invoke.h"

static volatile word_t nowhere = 64;  /* an address where nobody has memory */
static volatile word_t always = true; /* which no compiler knows */

/* NOLINTNEXTLINE(misc-no-recursion): it is meant to use up the stack */
static word_t deeper(volatile word_t *above)
{
    volatile word_t here[8] = {*above + 1};

    return here[0] == 0 ? 0 : deeper(here) + here[0];
}

word_t crime_bad_read(void)
{
    return *(volatile word_t *)nowhere;
}

static word_t forge(void)
{
    enum { BEHIND_ALL = 64 };
    word_t hits = 0, value;

    for (word_t id = BEHIND_ALL; id < BEHIND_ALL + FORGED; id++)
        hits += rme_signal_send((rme_signal_t){{id}}, 1) == STATUS_OK;
    for (word_t id = BEHIND_ALL; id < BEHIND_ALL + FORGED; id++)
        hits += rme_invoke_hidden((rme_invocation_t){{id}}, 0, &value) == STATUS_OK;
    return hits;
}

static word_t flood_signals(rme_signal_t endpoint)
{
    word_t sent = 0;

    for (word_t i = 0; i < SIGNALS; i++)
        sent += rme_signal_send(endpoint, 1) == STATUS_OK;
    return sent;
}

static word_t flood_invocations(rme_invocation_t port)
{
    word_t answers = 0, value;

    for (word_t i = 0; i < INVOCATIONS; i++)
        answers += rme_invoke_hidden(port, i, &value) == STATUS_OK && value == i + 1;
    return answers;
}

word_t crime_commit(enum crime crime, const struct crime_means *means)
{
    volatile word_t begin = 0;

    switch (crime) {
    case FLOOD_OF_FAULTS:
        *means->faults_left = FAULTS - 1;
        return crime_bad_read();
    case BAD_READ:
        return crime_bad_read();
    case BAD_WRITE:
        *(volatile word_t *)nowhere = 1;
        return 0;
    case BAD_EXECUTE:
        ((void (*)(void))(nowhere | 1))();
        return 0;
    case STACK_OVERFLOW:
        return deeper(&begin);
    case UNDEFINED_INSTRUCTION:
        __builtin_trap();
    case ENDLESS_LOOP:
        while (always)
            ;
        return 0;
    case USED_BUDGET:
        while (always)
            (void)rme_signal_receive(means->go, SIGNAL_POLL_ALL);
        return 0;
    case FORGED_CAPABILITIES:
        return forge();
    case FLOOD_OF_SIGNALS:
        return flood_signals(means->noise);
    case FLOOD_OF_INVOCATIONS:
        return flood_invocations(means->greet);
    case NOTHING:
    case CRIMES:
        break;
    }
    return 0;
}
