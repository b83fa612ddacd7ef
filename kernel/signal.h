/* SPDX-License-Identifier: Unlicense
 *
 * Signal endpoint: a counter that one thread at a time can wait on. Sending never blocks and
 * carries no data. It lives in its root slot. The counter and the place of the waiter are shared;
 * the waiter itself is woken only from its own CPU: a sender elsewhere leaves its signals in the
 * counter.
 *
 * Signals sent = received + pending + refused + dropped, at every moment (hazards H10 to H12).
 */
#pragma once

#include "kernel/schedule.h"

/* The endpoint that the running thread names for the kernel to send to: its root slot. RANGE,
 * FROZEN, TYPE, RIGHTS. */
MUST_CHECK enum status signal_find(const struct cpu *cpu, word_t id, struct capability **endpoint);

/* Send one signal from the kernel: an interrupt, the timer. Never refused. The chain of events
 * behind a waiter that has no time is followed for SCHED_DEPTH_MAX steps. */
void signal_post(struct cpu *cpu, struct capability *endpoint);

/* Queue the event of a thread and signal the endpoint it was bound with. Bounded likewise: what
 * lies beyond is queued without a signal. */
void signal_event(struct cpu *cpu, struct thread *child);

/* End the wait of a thread of this CPU; its result and state are the caller's to set. */
void signal_cancel(struct thread *waiter);

/* Boot: an endpoint with every right, held for ever. */
void signal_boot(struct capability *slot);
