/* SPDX-License-Identifier: Unlicense
 *
 * Waking the waiter of a signal endpoint: what sends, interrupts and events have in common.
 */
#pragma once

#include "kernel/schedule.h"

/* The counter: its top bit says that the kernel has dropped signals; the limit leaves room for all
 * CPUs to add at once, and for that bit in a result. */
#define SIGNAL_STICKY    ((word_t)1 << (WORD_BITS - 1))
#define SIGNAL_LIMIT_BIT ((word_t)1 << (WORD_BITS - 2))
#define SIGNAL_SLACK     ((word_t)(CONFIG_CPUS_MAX - 1) * HALF_MAX)

static_assert(SIGNAL_SLACK < SIGNAL_LIMIT_BIT - 1, "an empty counter has room for one more");

/* Whether the endpoint can hold `count` more; the slack is for CPUs that add at the same time. */
ALWAYS_INLINE bool has_room(word_t seen, word_t count)
{
    return ((seen + count + SIGNAL_SLACK) & SIGNAL_LIMIT_BIT) == 0;
}

/* Let a waiter go on with its result. It leaves the endpoint first, so that a chain of events can
 * come back to it. False: it has no time to run. It is not in a ready level yet. */
ALWAYS_INLINE bool wake(struct capability *endpoint, struct thread *waiter, word_t result)
{
    waiter->waiting = NULL;
    shared_store_release(&endpoint->signal.waiter, 0);
    arch_context_set_result(&waiter->context, result);
    waiter->state = UNLIKELY(waiter->budget == 0) ? THREAD_EXHAUSTED : THREAD_READY;
    return LIKELY(waiter->state == THREAD_READY);
}

/* The waiter, if it can be woken from this CPU. */
ALWAYS_INLINE struct thread *local_waiter(const struct cpu *cpu, const struct capability *endpoint)
{
    struct thread *waiter = (struct thread *)shared_load_acquire(&endpoint->signal.waiter);

    return waiter != NULL && LIKELY(thread_is_on(waiter, cpu)) ? waiter : NULL;
}

/* The straight case: one signal for a waiter that has time and a higher level than the running
 * thread, whose level is therefore empty. */
ALWAYS_INLINE struct outcome wake_higher(struct cpu *cpu, const struct thread *self,
                                         struct capability *endpoint, struct thread *waiter)
{
    if (UNLIKELY(waiter->budget == 0 || waiter->priority <= self->priority))
        return outcome_cold();
    (void)wake(endpoint, waiter, 1);
    schedule_enqueue_first(cpu, waiter);
    return outcome_switch(STATUS_OK, waiter);
}
