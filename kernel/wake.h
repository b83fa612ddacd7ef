/* SPDX-License-Identifier: Unlicense
 *
 * Waking the waiter of a signal endpoint: what sends, interrupts and events have in common.
 */
#pragma once

#include "kernel/schedule.h"

/* The counter: its top bit says that the kernel has dropped signals, which in a result is the bit
 * below. The limit is a bit again, so that it is one test; with several CPUs, which may all find
 * room and add at once, there is as much again between it and that bit. */
#define SIGNAL_STICKY    ((word_t)1 << (WORD_BITS - 1))
#define SIGNAL_LIMIT_BIT (CONFIG_CPUS_MAX == 1 ? SIGNAL_DROPPED : SIGNAL_DROPPED >> 1)

static_assert((word_t)(CONFIG_CPUS_MAX - 1) * HALF_MAX <= SIGNAL_LIMIT_BIT,
              "CPUs that add at once stay below the bit of a result");

/* Whether the endpoint can hold `count` more. */
ALWAYS_INLINE bool has_room(word_t seen, word_t count)
{
    return ((seen + count) & SIGNAL_LIMIT_BIT) == 0;
}

/* Let a waiter go on with its result. It leaves the endpoint first, so that a chain of events can
 * come back to it. False: it has no time to run. The caller puts it into its ready level. */
ALWAYS_INLINE bool wake(struct capability *endpoint, struct thread *waiter, word_t result)
{
    bool has_time = LIKELY(waiter->budget != 0);

    waiter->waiting = NULL;
    waiter->state = has_time ? THREAD_READY : THREAD_EXHAUSTED;
    arch_context_set_result(&waiter->context, result);
    shared_store(&endpoint->signal.waiter, 0);
    return has_time;
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
    schedule_enqueue_first(cpu, waiter);
    (void)wake(endpoint, waiter, 1);
    return outcome_switch(STATUS_OK, waiter);
}
