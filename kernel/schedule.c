/* SPDX-License-Identifier: Unlicense */
#include "kernel/schedule.h"

enum status caller_find(const struct cpu *cpu, word_t id, enum cap_type type, word_t right,
                        struct capability **cap)
{
    return cap_find(process_captable(cpu->current->process), id, type, right, cap);
}

void schedule_enqueue(struct cpu *cpu, struct thread *thread)
{
    struct thread *head = cpu->ready[thread->priority];

    if (head == NULL) {
        schedule_enqueue_first(cpu, thread);
        return;
    }
    thread->next = head;
    thread->previous = head->previous;
    head->previous->next = thread;
    head->previous = thread;
}

void schedule_dequeue(struct cpu *cpu, struct thread *thread)
{
    schedule_dequeue_fast(cpu, thread);
}

void schedule_move_first(struct cpu *cpu, struct thread *thread)
{
    schedule_dequeue(cpu, thread);
    schedule_enqueue(cpu, thread);
    cpu->ready[thread->priority] = thread;
}

void schedule_event_queue(struct thread *child)
{
    struct thread *head = child->scheduler->events;

    if (child->event_next != NULL)
        return;
    if (head == NULL) {
        child->event_next = child;
        child->event_previous = child;
        child->scheduler->events = child;
        return;
    }
    child->event_next = head;
    child->event_previous = head->event_previous;
    head->event_previous->event_next = child;
    head->event_previous = child;
}

void schedule_event_withdraw(struct thread *child)
{
    struct thread *next = child->event_next;

    if (next == NULL)
        return;
    if (next == child) {
        child->scheduler->events = NULL;
    } else {
        next->event_previous = child->event_previous;
        child->event_previous->event_next = next;
        if (child->scheduler->events == child)
            child->scheduler->events = next;
    }
    child->event_next = NULL;
}

bool schedule_charge(struct cpu *cpu, struct thread *thread, word_t elapsed)
{
    if (elapsed < thread->budget) {
        thread->budget -= elapsed;
        return true;
    }
    arch_clock_unread(cpu, elapsed - thread->budget);
    thread->budget = 0;
    return false;
}

void schedule_exhaust(struct cpu *cpu, struct thread *thread)
{
    schedule_dequeue(cpu, thread);
    thread->state = THREAD_EXHAUSTED;
    schedule_event_queue(thread);
}

/* One read of the clock ends the charge of one thread and begins that of the other. */
ALWAYS_INLINE void switch_time(struct cpu *cpu, struct thread *from, struct thread *to)
{
    word_t elapsed = arch_clock_elapsed(cpu);

    if ((from->special & SPECIAL_FINITE) != 0 && !schedule_charge(cpu, from, elapsed) &&
        from->state == THREAD_READY) {
        /* Its endpoint may wake somebody: that is decided above, before user code runs again. */
        schedule_exhaust(cpu, from);
        cpu->exhausted = from;
        arch_timer_pend(cpu);
    }
    if ((to->special & SPECIAL_FINITE) != 0 && to->budget < arch_timer_remaining(cpu))
        arch_timer_arm(cpu, to->budget);
}

static void switch_guest(struct thread *from, struct thread *to)
{
    if (from->is_guest && from->guest_area != NULL) {
        arch_guest_save(from->guest_area, &from->context, thread_fpu(from));
        from->result_deferred = from->state == THREAD_BLOCKED;
    }
    if (to->is_guest) {
        arch_guest_load(to->guest_area, &to->context, thread_fpu(to), to->result_deferred);
        to->result_deferred = false;
    }
}

void schedule_switch_special(struct cpu *cpu, struct thread *from, struct thread *to)
{
    word_t special = from->special | to->special;

    if ((special & SPECIAL_FINITE) != 0)
        switch_time(cpu, from, to);
    if (CONFIG_FPU && (special & SPECIAL_FPU) != 0)
        arch_fpu_save(&from->context, thread_fpu(from));
    if (CONFIG_GUESTS && (special & SPECIAL_GUEST) != 0)
        switch_guest(from, to);
    if (CONFIG_FPU && (special & SPECIAL_FPU) != 0)
        arch_fpu_load(&to->context, thread_fpu(to));
}

void schedule_clear_fpu(struct thread *thread, bool is_running)
{
    struct arch_fpu *fpu = thread_fpu(thread);

    if (fpu == NULL)
        return;
    arch_fpu_init(fpu);
    if (is_running)
        arch_fpu_load(&thread->context, fpu);
}
