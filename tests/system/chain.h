/* SPDX-License-Identifier: Unlicense
 *
 * Chains of events: threads without time wait, each at an endpoint, and the event of each is a
 * signal at the endpoint of the next. A signal at the first wakes one after the other, as many as
 * SCHED_DEPTH_MAX allows.
 */
#pragma once

#include "tests/system/threads.h"

enum { CHAIN = CONFIG_SCHED_DEPTH_MAX + 2, CHAIN_TOP = CONFIG_PRIORITIES - 1 };

/* Let all of them run to their endpoints, and take their time away. Main is above them. */
static inline void chain_arm(const rme_thread_t *threads, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        (void)rme_thread_transfer_time(threads[i], init, BUDGET_INFINITE);
        step_down(CHAIN_TOP);
        (void)rme_thread_transfer_time(init, threads[i], BUDGET_INIT);
    }
    while (rme_thread_receive_event(init) > 0) {
    }
}

/* `entry` with `param` + i waits at endpoint i. */
static inline void chain_make(rme_thread_t *threads, unsigned count, void (*entry)(word_t),
                              word_t param, const rme_signal_t *endpoints, unsigned endpoint_count)
{
    for (unsigned i = 0; i < count; i++)
        threads[i] =
            THREAD(.entry = entry, .param = param + i, .tid = param + i, .priority_max = CHAIN_TOP,
                   .endpoint = endpoints[(i + 1) % endpoint_count]);
    chain_arm(threads, count);
}

/* How many threads have told that they have no time. */
static inline unsigned chain_events(void)
{
    unsigned count = 0;
    sword_t event;

    while ((event = rme_thread_receive_event(init)) > 0)
        count += ((word_t)event & EVENT_EXHAUSTED) != 0;
    return count;
}
