/* SPDX-License-Identifier: Unlicense
 *
 * The whole matrix of THD_TIME_XFER: sources and targets that are finite, infinite or init, ready,
 * waiting, faulted or without time, and every class of amount, against a model written from the
 * description of the call (docs/syscalls.md, README: Time). Init stays above all others, so that
 * no budget is consumed meanwhile and every number is exact.
 */
#include "test/machine.h"
#include "tests/system/threads.h"

enum state { READY, WAITING, FAULTED, EXHAUSTED, STATES };
static const char *const state_names[STATES] = {"ready", "waiting", "faulted", "without time"};

/* One thread and what it should be. */
struct subject {
    rme_thread_t thread;
    word_t tid, budget;
    enum state state;
};

enum { SUBJECTS = 3, FINITE = 1000 };

static struct subject sources[SUBJECTS], targets[SUBJECTS];
static struct subject boot = {{{BOOT_THREAD}}, 0, BUDGET_INIT, READY};

static const word_t source_budgets[] = {FINITE, 1, BUDGET_INFINITE};
static const word_t target_budgets[] = {0, 500, BUDGET_INFINITE - 1, BUDGET_INFINITE};
static const word_t amounts[] = {
    1, FINITE - 1, FINITE, FINITE + 1, BUDGET_INFINITE - 1, BUDGET_INFINITE, BUDGET_INIT,
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- The model ---- */

static bool is_endless(word_t budget)
{
    return budget >= BUDGET_INFINITE;
}

/* Move time between two subjects; the result of the call. */
static sword_t expect(struct subject *target, struct subject *source, word_t amount)
{
    word_t gift = amount;

    if (source->budget == 0)
        return STATUS_STATE;
    if (source == target)
        return (sword_t)target->budget;
    if (!is_endless(source->budget) && gift > source->budget)
        gift = source->budget; /* infinitely much of a finite budget is all of it */
    if (!is_endless(target->budget)) {
        if (is_endless(gift))
            target->budget = BUDGET_INFINITE;
        else if (target->budget + gift >= BUDGET_INFINITE)
            return STATUS_OVERFLOW;
        else
            target->budget += gift;
    }
    if (!is_endless(source->budget))
        source->budget -= gift;
    else if (amount == BUDGET_INIT && source->budget != BUDGET_INIT)
        source->budget = 0;
    if (source->budget == 0 && source->state == READY)
        source->state = EXHAUSTED;
    if (target->state == EXHAUSTED)
        target->state = READY;
    return (sword_t)target->budget;
}

/* ---- Against the kernel ---- */

/* Init is above: a ready thread is refused for its level, any other for its state. */
static bool is_ready(const struct subject *subject)
{
    return subject == &boot || rme_thread_switch(subject->thread, 0) == STATUS_PRIORITY;
}

static void set_budget(struct subject *subject, word_t budget)
{
    word_t old = budget_of(subject->thread);

    if (old != 0)
        (void)rme_thread_transfer_time(init, subject->thread,
                                       is_endless(old) ? BUDGET_INIT : BUDGET_INFINITE);
    if (budget != 0)
        (void)rme_thread_transfer_time(subject->thread, init, budget);
    while (rme_thread_receive_event(init) != STATUS_NO_EVENT) {
    }
    subject->budget = budget;
    if (subject->state == READY || subject->state == EXHAUSTED)
        subject->state = budget != 0 ? READY : EXHAUSTED;
}

static bool is_as_expected(const struct subject *subject)
{
    return budget_of(subject->thread) == subject->budget &&
           is_ready(subject) == (subject->state == READY);
}

static unsigned cases, wrong;

static void check(struct subject *target, struct subject *source, word_t amount)
{
    enum state before = source->state;
    sword_t wanted = expect(target, source, amount);
    sword_t result = rme_thread_transfer_time(target->thread, source->thread, amount);
    sword_t event = source->state != before ? (sword_t)(source->tid | EVENT_EXHAUSTED)
                                            : (sword_t)STATUS_NO_EVENT;

    cases++;
    if (result == wanted && is_as_expected(source) && is_as_expected(target) &&
        rme_thread_receive_event(init) == event)
        return;
    wrong++;
    rme_print("# %zx from %s (now %zx) to %s (now %zx): %zd, not %zd\n", amount,
              state_names[source->state], source->budget, state_names[target->state],
              target->budget, result, wanted);
}

/* All amounts from one source to one target, each time from the beginning. */
static void check_amounts(struct subject *target, word_t to, struct subject *source, word_t from)
{
    for (unsigned i = 0; i < COUNT_OF(amounts); i++) {
        if (source != &boot)
            set_budget(source, from);
        if (target != &boot && target != source)
            set_budget(target, to);
        check(target, source, amounts[i]);
    }
}

static void check_targets(struct subject *source, word_t from)
{
    check_amounts(&boot, BUDGET_INIT, source, from);
    check_amounts(source, from, source, from);
    for (unsigned i = 0; i < SUBJECTS; i++)
        for (unsigned k = 0; k < COUNT_OF(target_budgets); k++)
            check_amounts(&targets[i], target_budgets[k], source, from);
}

static void report(const char *name)
{
    tap_check(wrong == 0 && cases > 90, name);
    rme_print("# %u cases\n", cases);
    cases = wrong = 0;
}

static void matrix(void)
{
    static const char *const names[] = {"from a ready thread", "from a waiting thread",
                                        "from a faulted thread"};

    for (unsigned i = 0; i < SUBJECTS; i++) {
        for (unsigned k = 0; k < COUNT_OF(source_budgets); k++)
            check_targets(&sources[i], source_budgets[k]);
        report(names[i]);
    }
    check_targets(&boot, BUDGET_INIT);
    report("from the init thread");
}

/* ---- What is not in the matrix ---- */

static void limits(void)
{
    rme_thread_t high = THREAD(.priority_max = 9), low = THREAD(.priority_max = 4);
    rme_thread_t unbound = THREAD();

    (void)rme_thread_transfer_time(low, init, 100);
    tap_check(rme_thread_transfer_time(high, low, 1) == STATUS_PRIORITY,
              "time does not go to a thread with a higher limit");
    (void)rme_thread_transfer_time(high, init, 100);
    tap_check(rme_thread_transfer_time(low, high, 1) == 101, "but to one with a lower limit");
    tap_check(rme_thread_transfer_time(init, low, 1) == (sword_t)BUDGET_INIT,
              "and to init, whatever its limit");
    (void)rme_thread_free(unbound);
    tap_check(rme_thread_transfer_time(unbound, init, 1) == STATUS_STATE &&
                  rme_thread_transfer_time(init, unbound, 1) == STATUS_STATE,
              "an unbound thread neither takes nor gives");
    tap_check(budget_of(low) == 100 && budget_of(high) == 99, "nothing else has moved");
    (void)rme_thread_free(low);
    (void)rme_thread_free(high);
}

static rme_signal_t gates[2];

static void wait(word_t gate)
{
    (void)rme_signal_receive(gates[gate], SIGNAL_RECEIVE_SINGLE);
    stop();
}

static void fault(word_t unused)
{
    (void)unused;
    *(volatile word_t *)MACHINE_UNREACHABLE = 0;
}

static void do_nothing(word_t unused)
{
    (void)unused;
    stop();
}

/* One thread for each state; those that wait or have faulted have run for a moment. */
static void make(struct subject *subjects, word_t first_tid, word_t gate)
{
    static void (*const entries[SUBJECTS])(word_t) = {do_nothing, wait, fault};

    for (unsigned i = 0; i < SUBJECTS; i++) {
        subjects[i].tid = first_tid + i;
        subjects[i].state = (enum state)i;
        subjects[i].thread = THREAD(.entry = entries[i], .param = gate, .tid = first_tid + i);
        if (i == READY)
            continue;
        (void)rme_thread_transfer_time(subjects[i].thread, init, BUDGET_INFINITE);
        step_down(20);
    }
}

int main(void)
{
    (void)set_priority(init, 20);
    gates[0] = rme_signal_make();
    gates[1] = rme_signal_make();
    make(sources, 10, 0);
    make(targets, 20, 1);
    matrix();
    limits();
    return tap_end();
}
