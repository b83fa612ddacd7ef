/* SPDX-License-Identifier: Unlicense
 *
 * Budgets are consumed and run out, exactly; a deadline is signalled.
 */
#include "test/machine.h"
#include "tests/system/threads.h"

static const rme_signal_t timer = {{BOOT_TIMER_ENDPOINT}};

static volatile word_t rounds[3];

static void spin(word_t number)
{
    for (;;)
        rounds[number]++;
}

static rme_thread_t start(word_t number, word_t budget, rme_signal_t events)
{
    return THREAD(.entry = spin, .param = number, .budget = budget, .tid = number + 1,
                  .endpoint = events);
}

/* A busy thread of higher priority gives the CPU back only because its budget runs out. */
static void exhaustion(void)
{
    rme_signal_t events = rme_signal_make();
    const word_t budget = rme_boot.clock_hz / 1000;
    rme_thread_t thread = start(0, budget, events);
    word_t first = rounds[0];

    tap_check(first > 0, "a thread runs on its budget");
    tap_check(rme_thread_receive_event(init) == (sword_t)(1 | EVENT_EXHAUSTED),
              "until it has none");
    tap_check(rme_signal_receive(events, SIGNAL_POLL_ALL) == 1, "which its endpoint is told once");
    tap_check(rme_thread_transfer_time(thread, init, budget) == (sword_t)budget &&
                  rounds[0] > first,
              "with new time it goes on, and is without time again");
    tap_check(rme_thread_receive_event(init) == (sword_t)(1 | EVENT_EXHAUSTED), "and says so");
    tap_check(rme_thread_free(thread) == STATUS_OK, "it can be freed");
}

/* Two of one level: the second runs when the first has used its time, and both get what they paid.
 */
static void shares(void)
{
    const word_t budget = rme_boot.clock_hz / 200;
    rme_thread_t first, second;
    word_t a, b;

    (void)set_priority(init, 10);
    first = start(1, budget, rme_signal_null());
    second = start(2, 2 * budget, rme_signal_null());
    (void)set_priority(init, 0);
    a = rounds[1];
    b = rounds[2];
    tap_check(a > 0 && b > 0, "both have run");
    if (CONFIG_TICKLESS)
        tap_check(b > 2 * a - a / 20 && b < 2 * a + a / 20, "twice the budget is twice the time");
    else
        tap_skip("twice the budget is twice the time", "periodic ticks end a budget at a tick");
    (void)rme_thread_free(first);
    (void)rme_thread_free(second);
}

static void deadline(void)
{
    const word_t counts = rme_boot.clock_hz / 1000;
    word_t patience = 1000000;
    sword_t signals = 0;

    (void)rme_signal_receive(timer, SIGNAL_POLL_ALL);
    tap_check(rme_kfunc_call(functions, RME_KFN_TIMER_SET, 0, timer.id.raw, counts, 0, 0) ==
                  STATUS_OK,
              "a deadline can be set");
    tap_check(rme_signal_receive(timer, SIGNAL_POLL_ALL) == 0, "it does not come at once");
    while (signals == 0 && patience-- != 0)
        signals = rme_signal_receive(timer, SIGNAL_POLL_ALL);
    tap_check(signals == 1, "it comes");
    for (patience = 20000; patience != 0; patience--)
        signals = rme_signal_receive(timer, SIGNAL_POLL_ALL);
    tap_check(signals == 0, "and comes once");
}

/* The kernel's clock begins 10 ms before its sum wraps (SEC-11): the first deadline of all lies
 * behind that, and the end of a budget makes the timer fire on this side of it. */
static void deadline_behind_wrap(void)
{
    const word_t counts = rme_boot.clock_hz / 1000 * 13;
    word_t begin = machine_now(), passed;
    sword_t status = rme_kfunc_call(functions, RME_KFN_TIMER_SET, 0, timer.id.raw, counts, 0, 0);
    rme_thread_t thread = start(0, rme_boot.clock_hz / 1000, rme_signal_null());

    tap_check(status == STATUS_OK && rme_signal_receive(timer, SIGNAL_POLL_ALL) == 0 &&
                  rme_thread_receive_event(init) > 0,
              "a deadline behind the wrap of the clock does not come before it");
    while (rme_signal_receive(timer, SIGNAL_POLL_ALL) == 0 && machine_now() - begin < MACHINE_HZ)
        machine_spin(200);
    passed = machine_counts(machine_now() - begin);
    tap_check(passed >= counts &&
                  passed < counts + counts / 20 + (CONFIG_TICKLESS ? 0 : rme_boot.clock_hz / 100),
              "but when it should");
    rme_print("# %lu counts, %lu passed\n", (unsigned long)counts, (unsigned long)passed);
    (void)thread_end(thread);
}

int main(void)
{
    machine_begin();
    if (CONFIG_KFUNC_INTERRUPT)
        deadline_behind_wrap();
    else
        tap_skip("a deadline behind the wrap of the clock", "this build has no TIMER_SET");
    exhaustion();
    shares();
    if (CONFIG_KFUNC_INTERRUPT)
        deadline();
    else
        tap_skip("a deadline", "this build has no TIMER_SET");
    return tap_end();
}
