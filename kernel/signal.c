/* SPDX-License-Identifier: Unlicense */
#include "kernel/signal.h"

#include "kernel/call_table.h"

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

/* What a receive that empties the counter returns. */
static word_t result_of(word_t counter)
{
    word_t dropped = (counter & SIGNAL_STICKY) != 0 ? SIGNAL_DROPPED : 0;

    return (counter & ~SIGNAL_STICKY) | dropped;
}

/* One from the counter, as a result; 0 when it is empty; CONFLICT. */
ALWAYS_INLINE sword_t take_one(struct capability *endpoint, word_t seen)
{
    if (seen == 0)
        return 0;
    if (UNLIKELY(!shared_cas(&endpoint->signal.count, seen, (seen & ~SIGNAL_STICKY) - 1)))
        return STATUS_CONFLICT;
    return (sword_t)result_of((seen & SIGNAL_STICKY) | 1);
}

/* The rare hand-overs: several signals, none, or some in the counter already. What the waiter gets,
 * 0 if nothing is there, or CONFLICT. */
static COLD sword_t hand_over(struct capability *endpoint, const struct thread *waiter,
                              word_t count)
{
    if (waiter->receive_mode == SIGNAL_RECEIVE_ALL)
        return (sword_t)(result_of(shared_exchange(&endpoint->signal.count, 0)) + count);
    if (count == 0)
        return take_one(endpoint, shared_load(&endpoint->signal.count));
    if (count > 1)
        (void)shared_add(&endpoint->signal.count, count - 1);
    return 1;
}

/* Behind a wake-up: whoever was woken may have no time. */
static COLD struct thread *wake_exhausted(struct cpu *cpu, struct thread *waiter)
{
    signal_event(cpu, waiter);
    return schedule_highest(cpu);
}

ALWAYS_INLINE struct outcome send(struct cpu *cpu, struct thread *self, word_t id, word_t count)
{
    const struct capability *table = process_captable(self->process);
    struct capability *endpoint = cap_lookup(table, id, CAP_SIGNAL);
    struct thread *waiter;
    sword_t result = 1;
    word_t seen;

    if (UNLIKELY(endpoint == NULL))
        return outcome_status(cap_refusal(table, id, CAP_SIGNAL), self);
    if (UNLIKELY(!cap_allows(endpoint, RIGHT_SIGNAL_SEND)))
        return outcome_status(STATUS_RIGHTS, self);
    endpoint = endpoint->object;
    if (UNLIKELY(count > HALF_MAX))
        return outcome_status(STATUS_OVERFLOW, self);
    seen = shared_load(&endpoint->signal.count);
    if (UNLIKELY(((seen + count + SIGNAL_SLACK) & SIGNAL_LIMIT_BIT) != 0))
        return outcome_status(STATUS_FULL, self);

    waiter = local_waiter(cpu, endpoint);
    if (waiter == NULL) {
        if (count != 0)
            (void)shared_add(&endpoint->signal.count, count);
        return outcome(STATUS_OK, self);
    }
    if (UNLIKELY(count != 1 || seen != 0)) {
        result = hand_over(endpoint, waiter, count);
        if (result <= 0)
            return outcome_status(result, self);
    }
    if (UNLIKELY(!wake(endpoint, waiter, (word_t)result)))
        return outcome(STATUS_OK, wake_exhausted(cpu, waiter));
    if (waiter->priority > self->priority) {
        schedule_enqueue_first(cpu, waiter);
        return outcome(STATUS_OK, waiter);
    }
    schedule_enqueue(cpu, waiter);
    return outcome(STATUS_OK, self);
}

/* Take without waiting: how many, 0 when there is nothing, or CONFLICT. */
ALWAYS_INLINE sword_t take(struct capability *endpoint, word_t mode)
{
    word_t seen = shared_load_acquire(&endpoint->signal.count);
    bool takes_all = (mode & 1) != 0;

    if (!takes_all)
        return take_one(endpoint, seen);
    if (seen != 0 && UNLIKELY(!shared_cas(&endpoint->signal.count, seen, 0)))
        return STATUS_CONFLICT;
    return (sword_t)result_of(seen);
}

static_assert(SIGNAL_RECEIVE_ALL == 1 && SIGNAL_POLL_SINGLE == 2 && SIGNAL_POLL_ALL == 3,
              "bit 0 of a mode: take all; bit 1: do not wait");

ALWAYS_INLINE struct outcome receive(struct cpu *cpu, struct thread *self, word_t id, word_t mode)
{
    const struct capability *table = process_captable(self->process);
    struct capability *endpoint = cap_lookup(table, id, CAP_SIGNAL);
    sword_t result;

    if (UNLIKELY(endpoint == NULL))
        return outcome_status(cap_refusal(table, id, CAP_SIGNAL), self);
    if (UNLIKELY(mode >= SIGNAL_MODES))
        return outcome_status(STATUS_ARGUMENT, self);
    if (UNLIKELY(!cap_allows(endpoint, (word_t)RIGHT_SIGNAL_RECEIVE_SINGLE << mode)))
        return outcome_status(STATUS_RIGHTS, self);
    endpoint = endpoint->object;
    if (UNLIKELY(shared_load(&endpoint->signal.waiter) != 0))
        return outcome_status(STATUS_BUSY, self);
    if (UNLIKELY(thread_is_init(self) && mode < SIGNAL_POLL_SINGLE))
        return outcome_status(STATUS_INIT_THREAD, self);

    result = take(endpoint, mode);
    if (result != 0 || mode >= SIGNAL_POLL_SINGLE)
        return outcome_status(result, self);

    self->receive_mode = (uint8_t)mode;
    if (UNLIKELY(!shared_cas(&endpoint->signal.waiter, 0, (word_t)self)))
        return outcome_status(STATUS_CONFLICT, self);
    self->waiting = endpoint;
    self->state = THREAD_BLOCKED;
    schedule_dequeue_fast(cpu, self);
    return outcome(STATUS_OK, schedule_highest(cpu)); /* the sender stores the result */
}

ARCH_PUBLISH_HOT(signal_send, send)
ARCH_PUBLISH_HOT(signal_receive, receive)

/* One step of signal_post and signal_event: add a signal, or wake the waiter; the waiter is
 * returned when it has no time and its own event is due. */
static struct thread *post(struct cpu *cpu, struct capability *endpoint)
{
    struct thread *waiter = local_waiter(cpu, endpoint);
    word_t seen = shared_load(&endpoint->signal.count);
    sword_t result = 1;

    if (waiter == NULL) {
        if (((seen + 1 + SIGNAL_SLACK) & SIGNAL_LIMIT_BIT) != 0)
            (void)shared_or(&endpoint->signal.count, SIGNAL_STICKY);
        else
            (void)shared_add(&endpoint->signal.count, 1);
        return NULL;
    }
    if (seen != 0)
        result = hand_over(endpoint, waiter, 1); /* of one signal: cannot fail */
    if (!wake(endpoint, waiter, (word_t)result))
        return waiter;
    schedule_enqueue(cpu, waiter);
    return NULL;
}

void signal_event(struct cpu *cpu, struct thread *child)
{
    for (unsigned depth = 0; child != NULL; depth++) {
        schedule_event_queue(child);
        if (child->event_endpoint == NULL || depth == CONFIG_SCHED_DEPTH_MAX)
            return;
        child = post(cpu, child->event_endpoint);
    }
}

void signal_post(struct cpu *cpu, struct capability *endpoint)
{
    struct thread *exhausted = post(cpu, endpoint);

    if (exhausted != NULL)
        signal_event(cpu, exhausted);
}

void signal_cancel(struct thread *waiter)
{
    shared_store_release(&waiter->waiting->signal.waiter, 0);
    waiter->waiting = NULL;
}

void signal_boot(struct capability *slot)
{
    cap_fill(slot, RIGHTS_SIGNAL_ALL, slot);
    shared_store(&slot->link, 1);
    cap_publish(slot, CAP_SIGNAL, 0);
}

sword_t signal_create(struct cpu *cpu, const struct args_sig_crt *args, struct capability **caps)
{
    struct capability *slot = cap_slot(caps[0], args->slot);
    enum status status;

    (void)cpu;
    if (slot == NULL)
        return STATUS_RANGE;
    status = cap_occupy(slot);
    if (status != STATUS_OK)
        return status;
    cap_fill(slot, RIGHTS_SIGNAL_ALL, slot);
    cap_publish(slot, CAP_SIGNAL, 0);
    return STATUS_OK;
}

sword_t signal_delete(struct cpu *cpu, const struct args_sig_del *args, struct capability **caps)
{
    struct cap_end end;
    enum status status;

    (void)cpu;
    status = cap_check_delete(caps[0], args->slot, CAP_SIGNAL, &end);
    if (status != STATUS_OK)
        return status;
    if (shared_load(&end.slot->signal.waiter) != 0) {
        cap_thaw(&end);
        return STATUS_BUSY;
    }
    return cap_erase(&end);
}
