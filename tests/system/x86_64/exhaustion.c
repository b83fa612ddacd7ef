/* SPDX-License-Identifier: Unlicense
 *
 * Threads whose time is over when they leave the CPU, before the timer could say so: its shortest
 * interval is longer. The endpoint of each is told before any other thread of the level executes an
 * instruction, also where one such thread gives way to the next.
 */
#define THREADS_WANTED 8
#include "tests/system/threads.h"

enum { SPENDERS = 3, LEVEL_LISTENER = 4, LEVEL_SPENDER = 3, ROUNDS = 1500 };

/* What one overruns the next one pays, and has to have something left. */
static const word_t budgets[SPENDERS] = {500, 4500, 2700};

static rme_signal_t told[SPENDERS];
static volatile word_t moment, begun[SPENDERS + 1], heard[SPENDERS], returned;

static void listen(word_t i)
{
    for (;;) {
        (void)rme_signal_receive(told[i], SIGNAL_RECEIVE_ALL);
        heard[i] = ++moment;
    }
}

/* Two instructions a round, which is more than is left and less than the timer's interval. */
static void spend(word_t i)
{
    word_t rounds = ROUNDS;

    begun[i] = ++moment;
    __asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(rounds) : : "cc");
    (void)rme_thread_switch(rme_thread_null(), 0);
    returned++; /* without time? */
    stop();
}

static void witness(word_t unused)
{
    (void)unused;
    begun[SPENDERS] = ++moment;
    stop();
}

int main(void)
{
    rme_thread_t spenders[SPENDERS];
    bool in_order = true, events = true;

    (void)set_priority(init, 5);
    for (word_t i = 0; i < SPENDERS; i++) {
        told[i] = rme_signal_make();
        (void)THREAD(.entry = listen, .param = i, .priority = LEVEL_LISTENER,
                     .budget = BUDGET_INFINITE);
    }
    for (word_t i = 0; i < SPENDERS; i++)
        spenders[i] = THREAD(.entry = spend, .param = i, .priority = LEVEL_SPENDER,
                             .budget = budgets[i], .tid = 10 + i, .endpoint = told[i]);
    (void)THREAD(.entry = witness, .priority = LEVEL_SPENDER, .budget = BUDGET_INFINITE);
    step_down(5);
    for (unsigned i = 0; i < SPENDERS; i++) {
        rme_print("# thread %u begins %lu, is heard %lu, the next begins %lu\n", i, begun[i],
                  heard[i], begun[i + 1]);
        in_order &= begun[i] != 0 && begun[i] < heard[i] && heard[i] < begun[i + 1];
    }
    for (word_t i = 0; i < SPENDERS; i++)
        events &= rme_thread_receive_event(init) == (sword_t)((10 + i) | EVENT_EXHAUSTED);
    tap_check(in_order, "each endpoint is told before the next thread begins");
    tap_check(events && rme_thread_receive_event(init) == STATUS_NO_EVENT,
              "each is an event of its scheduler, in this order, once");
    tap_check(returned == 0 && budget_of(spenders[0]) == 0, "none goes on without time");
    return tap_end();
}
