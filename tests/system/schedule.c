/* SPDX-License-Identifier: Unlicense
 *
 * Who runs when: round robin within a level, yields, priorities as one transaction, the tree of
 * scheduler threads and its events, and chains of events with their bound. Each thread writes a
 * letter when it runs; the order of letters is the claim.
 */
#include "test/machine.h"
#include "tests/system/chain.h"

enum { TRACE_MAX = 64, TOP = CONFIG_PRIORITIES - 1 };

static char trace[TRACE_MAX + 1];
static unsigned trace_used;
static rme_signal_t gates[THREADS_MAX], events;

static void note(char letter)
{
    if (trace_used < TRACE_MAX)
        trace[trace_used++] = letter;
}

static bool traced(const char *wanted)
{
    unsigned i = 0;
    bool is_same;

    trace[trace_used] = '\0';
    while (trace[i] == wanted[i] && wanted[i] != '\0')
        i++;
    is_same = trace[i] == wanted[i];
    if (!is_same)
        rme_print("# ran: %s, not %s\n", trace, wanted);
    trace_used = 0;
    return is_same;
}

/* ---- What threads do; the parameter is a letter, whose place in the alphabet is its gate ---- */

static unsigned number_of(word_t letter)
{
    return (unsigned)letter - 'a';
}

/* Run at each signal of its gate. */
static void run_on_signal(word_t letter)
{
    for (;;) {
        (void)rme_signal_receive(gates[number_of(letter)], SIGNAL_RECEIVE_SINGLE);
        note((char)letter);
    }
}

static void yield_three_times(word_t letter)
{
    for (unsigned i = 0; i < 3; i++) {
        note((char)letter);
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
    stop();
}

static void spin(word_t letter)
{
    note((char)letter);
    for (;;) {
    }
}

static void fault(word_t letter)
{
    note((char)letter);
    *(volatile word_t *)MACHINE_UNREACHABLE = 0;
}

static rme_thread_t make(void (*entry)(word_t), char letter, word_t priority, word_t budget)
{
    return THREAD(.entry = entry, .param = (word_t)letter, .tid = (word_t)letter,
                  .priority = priority, .priority_max = TOP, .budget = budget, .endpoint = events);
}

static void end(rme_thread_t *threads, unsigned count)
{
    bool is_over = true;

    for (unsigned i = 0; i < count; i++)
        is_over = thread_end(threads[i]) && is_over;
    tap_check(is_over && rme_thread_receive_event(init) == STATUS_NO_EVENT,
              "all threads end, and their events with them");
    (void)rme_signal_receive(events, SIGNAL_POLL_ALL);
}

/* ---- Levels ---- */

static void round_robin(void)
{
    rme_thread_t threads[3];

    for (unsigned i = 0; i < 3; i++)
        threads[i] = make(yield_three_times, (char)('a' + i), 3, BUDGET_INFINITE);
    step_down(TOP);
    tap_check(traced("abcabcabc"), "yields go round a level");
    end(threads, 3);
}

static void exhaustion_in_level(void)
{
    rme_thread_t threads[3];
    const word_t budget = rme_boot.clock_hz / 10000;

    for (unsigned i = 0; i < 3; i++)
        threads[i] = make(spin, (char)('a' + i), 3, budget);
    step_down(TOP);
    tap_check(traced("abc"), "who has used its time makes room for the next of its level");
    for (unsigned i = 0; i < 3; i++)
        tap_check(rme_thread_receive_event(init) == (sword_t)(('a' + i) | EVENT_EXHAUSTED),
                  "and tells its scheduler, in that order");
    tap_check(rme_signal_receive(events, SIGNAL_POLL_ALL) == 3, "a signal for each");
    end(threads, 3);
}

/* Whoever becomes ready goes to the tail. */
static void tail(void)
{
    rme_thread_t threads[3];

    for (unsigned i = 0; i < 3; i++)
        threads[i] = make(run_on_signal, (char)('a' + i), 3, BUDGET_INFINITE);
    step_down(TOP);
    (void)rme_signal_send(gates[2], 1);
    (void)rme_signal_send(gates[0], 1);
    (void)rme_signal_send(gates[1], 1);
    step_down(TOP);
    tap_check(traced("cab"), "woken threads of a level run in the order in which they were woken");
    (void)rme_signal_send(gates[0], 1);
    (void)rme_signal_send(gates[1], 1);
    (void)rme_signal_send(gates[2], 1);
    (void)set_priority(threads[0], 4);
    (void)set_priority(threads[0], 3);
    step_down(TOP);
    tap_check(traced("bca"), "a new priority, even the old one, is a place at the tail");
    end(threads, 3);
}

static rme_thread_t switch_target;
static sword_t switch_result;
static volatile bool is_full;

static void switch_once(word_t letter)
{
    note((char)letter);
    switch_result = rme_thread_switch(switch_target, is_full);
    note((char)letter);
    stop();
}

static void switching(void)
{
    rme_thread_t threads[3];

    for (unsigned i = 0; i < 3; i++)
        threads[i] =
            make(i == 0 ? switch_once : yield_three_times, (char)('a' + i), 3, BUDGET_INFINITE);
    switch_target = threads[2];
    step_down(TOP);
    tap_check(traced("acabcbcb") && switch_result == STATUS_OK,
              "a thread that is named runs next, and is then in front of the caller");
    end(threads, 3);

    threads[0] = make(switch_once, 'a', 3, BUDGET_INFINITE);
    threads[1] = make(yield_three_times, 'b', 3, BUDGET_INFINITE);
    switch_target = threads[0];
    step_down(TOP);
    tap_check(traced("aabbb") && switch_result == STATUS_OK, "one that names itself goes on");
    end(threads, 2);
}

static void full_yields(void)
{
    const word_t budget = rme_boot.clock_hz / 100;
    rme_thread_t threads[2];

    is_full = true;
    switch_target = rme_thread_null();
    threads[0] = make(switch_once, 'a', 3, budget);
    threads[1] = make(yield_three_times, 'b', 3, BUDGET_INFINITE);
    step_down(TOP);
    tap_check(traced("abbb"), "a full yield gives the rest of a budget up");
    tap_check(rme_thread_receive_event(init) == (sword_t)('a' | EVENT_EXHAUSTED) &&
                  rme_signal_receive(events, SIGNAL_POLL_ALL) == 1 && budget_of(threads[0]) == 0,
              "and is an event");
    (void)rme_thread_transfer_time(threads[0], init, budget);
    step_down(TOP);
    tap_check(traced("a") && switch_result == STATUS_OK, "with new time it returns");
    end(threads, 2);

    threads[0] = make(switch_once, 'a', 3, BUDGET_INFINITE);
    threads[1] = make(yield_three_times, 'b', 3, BUDGET_INFINITE);
    step_down(TOP);
    tap_check(traced("ababb"), "of an infinite budget nothing is lost");
    end(threads, 2);

    threads[0] = make(switch_once, 'a', 3, budget);
    threads[1] = make(yield_three_times, 'b', 3, BUDGET_INFINITE);
    switch_target = threads[1];
    step_down(TOP);
    tap_check(traced("abbb") && budget_of(threads[0]) == 0,
              "a full yield to a thread that is named lets it run");
    end(threads, 2);

    /* Its event wakes somebody above. */
    threads[0] = make(run_on_signal, 'a', 5, BUDGET_INFINITE);
    step_down(TOP);
    threads[1] = THREAD(.entry = switch_once, .param = 'b', .tid = 'b', .budget = budget,
                        .endpoint = gates[0]);
    switch_target = rme_thread_null();
    step_down(TOP);
    tap_check(traced("ba"), "whom the event of a full yield wakes runs");
    (void)rme_thread_receive_event(init);
    end(threads, 2);
    is_full = false;
}

static void set_own_level(word_t letter)
{
    note((char)letter);
    (void)set_priority(switch_target, 3);
    note((char)letter);
    (void)set_priority(switch_target, 4);
    (void)set_priority(switch_target, 3);
    note((char)letter);
    (void)set_priority(switch_target, 2);
    note((char)letter);
    stop();
}

/* Whoever runs goes on as long as nobody has a higher level. */
static void own_level(void)
{
    rme_thread_t threads[2];

    threads[0] = make(set_own_level, 'a', 3, BUDGET_INFINITE);
    threads[1] = make(yield_three_times, 'b', 3, BUDGET_INFINITE);
    switch_target = threads[0];
    step_down(TOP);
    tap_check(traced("aaabbba"), "a thread that sets its own level stays first of it");
    end(threads, 2);
}

/* Two threads at each pair of levels: the higher one runs first. */
static void levels(void)
{
    rme_thread_t threads[2];
    unsigned wrong = 0, pairs = 0;

    threads[0] = make(run_on_signal, 'a', 1, BUDGET_INFINITE);
    threads[1] = make(run_on_signal, 'b', 1, BUDGET_INFINITE);
    step_down(TOP);
    for (word_t a = 1; a <= TOP; a++) {
        for (word_t b = 1; b <= TOP; b++) {
            (void)rme_thread_set_priorities(2, threads[0], threads[1], rme_thread_null(),
                                            rme_thread_null(), a | b << 8);
            (void)rme_signal_send(gates[1], 1);
            (void)rme_signal_send(gates[0], 1);
            step_down(TOP);
            wrong += !traced(a > b ? "ab" : "ba");
            pairs++;
        }
    }
    tap_check(wrong == 0 && pairs == TOP * TOP, "of two levels the higher runs first, all pairs");
    tap_check(set_priority(threads[0], TOP + 1) == STATUS_PRIORITY, "there is no higher level");
    end(threads, 2);
}

/* ---- THD_SCHED_PRIO ---- */

static void signal_four(void)
{
    for (unsigned i = 0; i < 4; i++)
        (void)rme_signal_send(gates[i], 1);
}

static void set_four(void)
{
    rme_thread_t t[4], weak = rme_thread(rme_alloc_slot());
    const word_t up = 4 | 5 << 8 | 6 << 16 | 7 << 24, down = 7 | 6 << 8 | 5 << 16 | 4 << 24;

    for (unsigned i = 0; i < 4; i++)
        t[i] = make(run_on_signal, (char)('a' + i), 3, BUDGET_INFINITE);
    step_down(TOP);
    signal_four();
    tap_check(rme_thread_set_priorities(4, t[0], t[1], t[2], t[3], up) == STATUS_OK,
              "four priorities change at once");
    step_down(TOP);
    tap_check(traced("dcba"), "of threads that are ready");
    (void)rme_thread_set_priorities(4, t[0], t[1], t[2], t[3], down);
    signal_four();
    step_down(TOP);
    tap_check(traced("abcd"), "and of threads that wait");

    (void)rme_captable_delegate(own, weak.id.raw, own, t[0].id.raw, RIGHT_THREAD_SWITCH, 0, 0);
    for (unsigned i = 0; i < 4; i++) {
        rme_thread_t some[4] = {t[0], t[1], t[2], t[3]};
        word_t high = up | (word_t)0xFF << i * 8;

        tap_check(rme_thread_set_priorities(4, t[0], t[1], t[2], t[3], high) == STATUS_PRIORITY,
                  "one priority that is too high refuses all");
        some[i] = weak;
        tap_check(rme_thread_set_priorities(4, some[0], some[1], some[2], some[3], up) ==
                      STATUS_RIGHTS,
                  "so does one right that is missing");
        signal_four();
        step_down(TOP);
        tap_check(traced("abcd"), "and none of them has changed");
    }
    signal_four();
    tap_check(rme_thread_set_priorities(2, t[0], t[0], t[1], t[2], 9 | 3 << 8) == STATUS_OK,
              "of one thread named twice the last counts");
    step_down(TOP);
    tap_check(traced("bcda"), "and those behind the count are not looked at");
    (void)rme_captable_freeze(own, weak.id.raw);
    (void)rme_captable_remove(own, weak.id.raw);
    end(t, 4);
}

/* ---- The scheduler tree ---- */

static rme_thread_t make_under(rme_thread_t scheduler, void (*entry)(word_t), char letter,
                               word_t budget)
{
    return THREAD(.entry = entry, .param = (word_t)letter, .tid = (word_t)letter,
                  .scheduler = scheduler, .budget = 0, .priority = budget != 0 ? 3 : 2);
}

static void tree(void)
{
    rme_thread_t boss = make(run_on_signal, 'a', 4, BUDGET_INFINITE);
    rme_thread_t child = make_under(boss, fault, 'b', 1);
    rme_thread_t threads[2] = {child, boss};

    step_down(TOP);
    (void)rme_thread_transfer_time(child, init, BUDGET_INFINITE);
    step_down(TOP);
    tap_check(traced("b") && rme_thread_receive_event(init) == STATUS_NO_EVENT,
              "an event is not for who is above the scheduler");
    tap_check(rme_thread_receive_event(boss) == (sword_t)('b' | EVENT_FAULTED), "but for it");
    tap_check(rme_thread_free(boss) == STATUS_CHILDREN, "a scheduler cannot go before its threads");
    tap_check(rme_thread_free(child) == STATUS_OK, "a thread can");
    tap_check(rme_thread_bind(child, init, rme_signal_null(), HALF_MAX, 3, rme_kmem_null(), 0) ==
                      STATUS_OK &&
                  rme_thread_exec_set(child, 0, 0, 0) == STATUS_OK,
              "and have another scheduler, with the largest id");
    tap_check(rme_thread_receive_event(init) == (sword_t)(HALF_MAX | EVENT_EXHAUSTED) &&
                  rme_thread_receive_event(boss) == STATUS_NO_EVENT,
              "which then gets its events: it has no time");
    (void)rme_thread_free(boss);
    tap_check(rme_thread_free(child) == STATUS_OK &&
                  rme_thread_bind(child, boss, rme_signal_null(), 1, 3, rme_kmem_null(), 0) ==
                      STATUS_STATE,
              "an unbound thread schedules nobody");
    (void)rme_thread_bind(boss, init, rme_signal_null(), 1, 3, rme_kmem_null(), 0);
    (void)rme_thread_bind(child, init, rme_signal_null(), 1, 3, rme_kmem_null(), 0);
    end(threads, 2);
}

/* What THD_SCHED_RCV says is how the thread is when it is asked. */
static void flags(void)
{
    rme_thread_t threads[1] = {make(fault, 'f', 3, BUDGET_INFINITE)};
    rme_thread_t t = threads[0];

    step_down(TOP);
    tap_check(traced("f") && rme_thread_receive_event(init) == (sword_t)('f' | EVENT_FAULTED),
              "a fault is told");
    (void)rme_thread_exec_set(t, 0, 0, 0);
    step_down(TOP);
    (void)rme_thread_transfer_time(init, t, BUDGET_INIT);
    tap_check(rme_thread_receive_event(init) == (sword_t)('f' | EVENT_FAULTED | EVENT_EXHAUSTED),
              "and both, where the time is gone as well");
    tap_check(rme_thread_receive_event(init) == STATUS_NO_EVENT, "once");
    (void)rme_thread_exec_set(t, 0, 0, 0);
    (void)rme_thread_transfer_time(t, init, 1000);
    tap_check(rme_thread_receive_event(init) == (sword_t)'f',
              "an event whose cause is gone has neither flag");
    for (unsigned i = 0; i < 3; i++) {
        (void)rme_thread_transfer_time(init, t, BUDGET_INFINITE);
        (void)rme_thread_transfer_time(t, init, 1000);
    }
    (void)rme_thread_transfer_time(init, t, BUDGET_INFINITE);
    tap_check(rme_thread_receive_event(init) == (sword_t)('f' | EVENT_EXHAUSTED) &&
                  rme_thread_receive_event(init) == STATUS_NO_EVENT,
              "events of one thread are one");
    tap_check(rme_signal_receive(events, SIGNAL_POLL_ALL) == 7, "though each is a signal");
    end(threads, 1);
}

/* ---- Chains ---- */

static void drain_gates(void)
{
    for (unsigned i = 0; i < THREADS_MAX; i++)
        (void)rme_signal_receive(gates[i], SIGNAL_POLL_ALL);
}

static void chain(void)
{
    rme_thread_t threads[CHAIN];

    chain_make(threads, CHAIN, run_on_signal, 'a', gates, CHAIN);
    tap_check(chain_events() == 0, "to lose the time while waiting is no event");
    tap_check(rme_signal_send(gates[0], 1) == STATUS_OK, "a signal begins a chain of events");
    tap_check(chain_events() == CONFIG_SCHED_DEPTH_MAX + 1, "which is as long as it may be");
    tap_check(rme_signal_receive(gates[CHAIN - 1], SIGNAL_POLL_ALL) == STATUS_BUSY,
              "and the thread behind its end waits on");
    for (unsigned i = 0; i < CHAIN; i++)
        (void)rme_thread_transfer_time(threads[i], init, BUDGET_INFINITE);
    step_down(TOP);
    tap_check(trace_used == CHAIN - 1, "all that were woken run, once they have time");
    trace_used = 0;
    end(threads, CHAIN);
    drain_gates();
}

/* A thread whose event goes to where it waits, alone and in a ring with another. */
static void cycles(void)
{
    rme_thread_t threads[2];

    chain_make(threads, 1, run_on_signal, 'a', gates, 1);
    tap_check(rme_signal_send(gates[0], 1) == STATUS_OK && chain_events() == 1,
              "an event at the endpoint that the thread waited at ends");
    tap_check(rme_signal_receive(gates[0], SIGNAL_POLL_ALL) == 1, "as a signal there");
    (void)rme_thread_transfer_time(threads[0], init, BUDGET_INFINITE);
    step_down(TOP);
    tap_check(traced("a"), "and the thread has got the first");
    end(threads, 1);
    drain_gates();

    chain_make(threads, 2, run_on_signal, 'a', gates, 2);
    tap_check(rme_signal_send(gates[0], 1) == STATUS_OK && chain_events() == 2,
              "so does a ring of two");
    tap_check(rme_signal_receive(gates[0], SIGNAL_POLL_ALL) == 1 &&
                  rme_signal_receive(gates[1], SIGNAL_POLL_ALL) == 0,
              "with a signal where it began");
    end(threads, 2);
    drain_gates();
}

int main(void)
{
    for (unsigned i = 0; i < THREADS_MAX; i++)
        gates[i] = rme_signal_make();
    events = rme_signal_make();
    (void)set_priority(init, TOP);
    round_robin();
    exhaustion_in_level();
    tail();
    switching();
    full_yields();
    own_level();
    levels();
    set_four();
    tree();
    flags();
    chain();
    cycles();
    return tap_end();
}
