/* SPDX-License-Identifier: Unlicense */
#include "kernel/time.h"

#include "kernel/call_table.h"
#include "kernel/flush.h"
#include "kernel/signal.h"

void time_charge(struct cpu *cpu)
{
    struct thread *thread = cpu->current;
    word_t elapsed;

    if (thread->state != THREAD_READY)
        return; /* it has been charged: what has passed since is the next thread's */
    elapsed = arch_clock_elapsed(cpu);
    if (thread->budget < BUDGET_INFINITE && !schedule_charge(cpu, thread, elapsed)) {
        schedule_exhaust(cpu, thread);
        signal_event(cpu, thread);
    }
}

void time_arm(struct cpu *cpu)
{
    const struct thread *thread = cpu->current;
    word_t counts = CONFIG_CPUS_MAX > 1 ? ARCH_TIMER_TICK : ARCH_TIMER_MAX;

    if (thread->budget < counts)
        counts = thread->budget;
    if (cpu->deadline_armed) {
        sword_t left = (sword_t)(cpu->deadline - arch_clock_now(cpu));

        if (left < (sword_t)counts)
            counts = left > 0 ? (word_t)left : 0;
    }
    arch_timer_arm(cpu, counts);
}

void time_tick(struct cpu *cpu)
{
    quiesce_tick(cpu);
    flush_pending(cpu);
}

/* Tell the endpoint of a thread that left without time. False: there is none. */
static bool deliver_exhausted(struct cpu *cpu)
{
    struct thread *thread = cpu->exhausted;

    cpu->exhausted = NULL;
    if (thread != NULL)
        signal_event(cpu, thread);
    return thread != NULL;
}

/* A chain of events is long: where one was followed for a thread that has left, the running one is
 * charged when the timer fires again, after its shortest interval if its time is over. The deadline
 * does not wait, or threads that leave without time could put it off for ever. */
void time_fire(struct cpu *cpu)
{
    if (!deliver_exhausted(cpu) || !CONFIG_TICKLESS)
        time_charge(cpu);
    if (cpu->deadline_armed && (sword_t)(cpu->deadline - arch_clock_now(cpu)) <= 0) {
        cpu->deadline_armed = false;
        signal_post(cpu, cpu->timer_endpoint);
    }
    time_tick(cpu);
}

enum status time_set_deadline(struct cpu *cpu, word_t counts)
{
    word_t elapsed;

    if (counts > BUDGET_INIT)
        return STATUS_ARGUMENT;
    /* From now, and not from where the charge of a caller ends that has overrun its budget. */
    elapsed = arch_clock_elapsed(cpu);
    cpu->deadline = arch_clock_now(cpu) + counts;
    cpu->deadline_armed = counts != 0;
    arch_clock_unread(cpu, elapsed);
    time_charge(cpu);
    /* Never later than it is armed: the tick that is due comes, however often this is called. */
    if (counts != 0 && counts < arch_timer_remaining(cpu))
        time_arm(cpu);
    return STATUS_OK;
}

/* ---- Transfer ---- */

static enum status check_transfer(const struct cpu *cpu, const struct thread *target,
                                  const struct thread *source)
{
    if (!thread_is_on(source, cpu) || source->budget == 0 || !thread_is_on(target, cpu))
        return STATUS_STATE;
    if (target->priority_max > source->priority_max && !thread_is_init(target))
        return STATUS_PRIORITY;
    return STATUS_OK;
}

/* Budgets after moving `amount`. Infinite budgets swallow what they get; an infinite source gives
 * without losing, but for the amount BUDGET_INIT, which revokes it. */
static enum status compute(word_t amount, word_t *target, word_t *source)
{
    bool is_endless = *source >= BUDGET_INFINITE;
    word_t moved = !is_endless && amount > *source ? *source : amount;

    if (is_endless && amount >= BUDGET_INFINITE) {
        if (*target != BUDGET_INIT)
            *target = BUDGET_INFINITE;
        if (amount == BUDGET_INIT && *source == BUDGET_INFINITE)
            *source = 0;
        return STATUS_OK;
    }
    if (*target < BUDGET_INFINITE) {
        if (moved >= BUDGET_INFINITE - *target)
            return STATUS_OVERFLOW;
        *target += moved;
    }
    if (!is_endless)
        *source -= moved;
    return STATUS_OK;
}

sword_t thread_transfer_time(struct cpu *cpu, const struct args_thd_time_xfer *args,
                             struct capability **caps)
{
    struct thread *target = caps[0]->object, *source = caps[1]->object;
    word_t to, from;
    enum status status;

    if (args->time == 0 || args->time > BUDGET_INIT)
        return STATUS_ARGUMENT;
    time_charge(cpu);
    status = check_transfer(cpu, target, source);
    to = target->budget;
    from = source->budget;
    if (status == STATUS_OK && target == source)
        return (sword_t)to;
    if (status == STATUS_OK)
        status = compute(args->time, &to, &from);
    if (status != STATUS_OK)
        return status;
    thread_set_budget(target, to);
    thread_set_budget(source, from);
    if (from == 0 && source->state == THREAD_READY) {
        schedule_exhaust(cpu, source);
        signal_event(cpu, source);
    }
    if (target->state == THREAD_EXHAUSTED) {
        target->state = THREAD_READY;
        schedule_enqueue(cpu, target);
    }
    if (cpu->current->budget < arch_timer_remaining(cpu))
        time_arm(cpu);
    return (sword_t)to;
}
