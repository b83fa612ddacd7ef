/* SPDX-License-Identifier: Unlicense */
#include "kernel/signal.h"

#include "kernel/call_table.h"
#include "kernel/hot.h"
#include "kernel/wake.h"

/* What a receive that empties the counter returns. */
static word_t result_of(word_t counter)
{
    word_t dropped = (counter & SIGNAL_STICKY) != 0 ? SIGNAL_DROPPED : 0;

    return (counter & ~SIGNAL_STICKY) | dropped;
}

/* One from the counter, or all that it holds, as a result; it is not 0. The mark may stand alone: a
 * CPU that found no room sets it after another has emptied the counter. CONFLICT. */
static sword_t take_one(struct capability *endpoint, word_t seen)
{
    word_t pending = seen & ~SIGNAL_STICKY;
    word_t taken = pending != 0 ? 1 : 0;

    if (!shared_cas(&endpoint->signal.count, seen, pending - taken))
        return STATUS_CONFLICT;
    return (sword_t)result_of((seen & SIGNAL_STICKY) | taken);
}

static sword_t take_all(struct capability *endpoint, word_t seen)
{
    if (!shared_cas(&endpoint->signal.count, seen, 0))
        return STATUS_CONFLICT;
    return (sword_t)result_of(seen);
}

/* The rare hand-overs: several signals, none, or some in the counter already. What the waiter gets,
 * 0 if nothing is there, or CONFLICT. */
static sword_t hand_over(struct capability *endpoint, const struct thread *waiter, word_t count)
{
    if (waiter->receive_mode == SIGNAL_RECEIVE_ALL)
        return (sword_t)(result_of(shared_exchange(&endpoint->signal.count, 0)) + count);
    if (count == 0) {
        word_t seen = shared_load(&endpoint->signal.count);

        return seen != 0 ? take_one(endpoint, seen) : 0;
    }
    if (count > 1)
        (void)shared_add(&endpoint->signal.count, count - 1);
    return 1;
}

/* Hot: nobody waits here, or the waiter gets this one signal and runs at once. */
ALWAYS_INLINE struct outcome send_hot(struct cpu *cpu, struct thread *self, word_t id, word_t count)
{
    struct capability *endpoint = cap_lookup(process_captable(self->process), id, CAP_SIGNAL);
    struct thread *waiter;
    word_t seen;

    if (UNLIKELY(endpoint == NULL || !cap_allows(endpoint, RIGHT_SIGNAL_SEND)))
        return outcome_cold();
    endpoint = endpoint->object;
    seen = shared_load(&endpoint->signal.count);
    waiter = local_waiter(cpu, endpoint);
    if (waiter != NULL) { /* one and none: there is room */
        if (UNLIKELY(count != 1 || seen != 0))
            return outcome_cold();
        return wake_higher(cpu, self, endpoint, waiter);
    }
    if (UNLIKELY(count > HALF_MAX || !has_room(seen, count)))
        return outcome_cold();
    (void)shared_add(&endpoint->signal.count, count);
    return outcome_stay(STATUS_OK);
}

sword_t signal_send(struct cpu *cpu, const struct args_sig_snd *args, struct capability **caps)
{
    struct capability *endpoint = caps[0]->object;
    word_t seen = shared_load(&endpoint->signal.count);
    struct thread *waiter;
    sword_t result;

    if (args->count > HALF_MAX)
        return STATUS_OVERFLOW;
    if (!has_room(seen, args->count))
        return STATUS_FULL;
    waiter = local_waiter(cpu, endpoint);
    if (waiter == NULL) {
        (void)shared_add(&endpoint->signal.count, args->count);
        return STATUS_OK;
    }
    result = seen == 0 && args->count <= 1 ? (sword_t)args->count
                                           : hand_over(endpoint, waiter, args->count);
    if (result <= 0)
        return result;
    if (wake(endpoint, waiter, (word_t)result))
        schedule_enqueue(cpu, waiter);
    else
        signal_event(cpu, waiter);
    return STATUS_OK;
}

static_assert(SIGNAL_RECEIVE_ALL == 1 && SIGNAL_POLL_SINGLE == 2 && SIGNAL_POLL_ALL == 3,
              "bit 0 of a mode: take all; bit 1: do not wait");

ALWAYS_INLINE bool takes_all(word_t mode)
{
    return (mode & 1) != 0;
}

ALWAYS_INLINE bool may_receive(const struct capability *endpoint, word_t mode)
{
    return cap_allows(endpoint, (word_t)RIGHT_SIGNAL_RECEIVE_SINGLE << mode);
}

/* Wait for a sender, which stores the result. */
ALWAYS_INLINE bool block(struct cpu *cpu, struct thread *self, struct capability *endpoint,
                         word_t mode)
{
    self->receive_mode = (uint8_t)mode;
    if (UNLIKELY(!shared_cas(&endpoint->signal.waiter, 0, (word_t)self)))
        return false;
    self->waiting = endpoint;
    self->state = THREAD_BLOCKED;
    schedule_dequeue_fast(cpu, self);
    return true;
}

/* Hot: signals are there and none was dropped, or there is nothing and the thread waits. */
ALWAYS_INLINE struct outcome receive_hot(struct cpu *cpu, struct thread *self, word_t id,
                                         word_t mode)
{
    struct capability *endpoint = cap_lookup(process_captable(self->process), id, CAP_SIGNAL);
    word_t seen, taken;

    if (UNLIKELY(endpoint == NULL || mode >= SIGNAL_MODES || !may_receive(endpoint, mode)))
        return outcome_cold();
    endpoint = endpoint->object;
    seen = shared_load(&endpoint->signal.count);
    if (UNLIKELY(!shared_is(&endpoint->signal.waiter, 0) || (sword_t)seen < 0 ||
                 thread_is_init(self)))
        return outcome_cold();
    if (seen != 0) {
        taken = takes_all(mode) ? seen : 1;
        if (UNLIKELY(!shared_cas(&endpoint->signal.count, seen, seen - taken)))
            return outcome_cold();
        return outcome_stay(taken);
    }
    if (UNLIKELY(mode >= SIGNAL_POLL_SINGLE || !block(cpu, self, endpoint, mode)))
        return outcome_cold();
    return outcome_switch(STATUS_OK, schedule_highest(cpu));
}

sword_t signal_receive(struct cpu *cpu, const struct args_sig_rcv *args, struct capability **caps)
{
    struct capability *endpoint = caps[0]->object;
    struct thread *self = cpu->current;
    word_t seen;

    if (args->mode >= SIGNAL_MODES)
        return STATUS_ARGUMENT;
    if (!may_receive(caps[0], args->mode))
        return STATUS_RIGHTS;
    if (shared_load(&endpoint->signal.waiter) != 0)
        return STATUS_BUSY;
    if (thread_is_init(self) && args->mode < SIGNAL_POLL_SINGLE)
        return STATUS_INIT_THREAD;
    seen = shared_load(&endpoint->signal.count);
    if (seen != 0)
        return takes_all(args->mode) ? take_all(endpoint, seen) : take_one(endpoint, seen);
    if (args->mode >= SIGNAL_POLL_SINGLE)
        return STATUS_OK;
    return block(cpu, self, endpoint, args->mode) ? RESULT_NONE : STATUS_CONFLICT;
}

HOT_CALL(signal_send, send_hot)
HOT_CALL(signal_receive, receive_hot)

/* One step of signal_post and signal_event: add a signal, or wake the waiter; the waiter is
 * returned when it has no time and its own event is due. */
static struct thread *post(struct cpu *cpu, struct capability *endpoint)
{
    struct thread *waiter = local_waiter(cpu, endpoint);
    word_t seen = shared_load(&endpoint->signal.count);
    sword_t result = 1;

    if (waiter == NULL) {
        if (!has_room(seen, 1))
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

enum status signal_find(const struct cpu *cpu, word_t id, struct capability **endpoint)
{
    enum status status = caller_find(cpu, id, CAP_SIGNAL, RIGHT_SIGNAL_KERNEL_SEND, endpoint);

    if (status == STATUS_OK)
        *endpoint = (*endpoint)->object;
    return status;
}

void signal_cancel(struct thread *waiter)
{
    shared_store(&waiter->waiting->signal.waiter, 0);
    waiter->waiting = NULL;
}

void signal_boot(struct capability *slot)
{
    cap_boot(slot, CAP_SIGNAL, RIGHTS_SIGNAL_ALL, slot);
}

sword_t signal_create(struct cpu *cpu, const struct args_sig_crt *args, struct capability **caps)
{
    struct capability *slot;
    enum status status = cap_claim(caps[0], args->slot, &slot);

    (void)cpu;
    if (status != STATUS_OK)
        return status;
    cap_begin(slot, slot);
    cap_publish(slot, CAP_SIGNAL, RIGHTS_SIGNAL_ALL);
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
    if (shared_load(&end.slot->signal.waiter) != 0)
        return cap_thaw(&end, STATUS_BUSY);
    cap_erase(&end);
    return STATUS_OK;
}
