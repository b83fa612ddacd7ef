/* SPDX-License-Identifier: Unlicense */
#include "kernel/thread.h"

#include "kernel/call_table.h"
#include "kernel/hot.h"
#include "kernel/invocation.h"
#include "kernel/kmem.h"
#include "kernel/panic.h"
#include "kernel/signal.h"
#include "kernel/time.h"

static_assert(CONFIG_INV_DEPTH_MAX <= UINT8_MAX,
              "the depth fits its byte, and that of a guest is the limit");

static word_t object_bytes(word_t attributes)
{
    return sizeof(struct thread) + ((attributes & THREAD_FPU) != 0 ? sizeof(struct arch_fpu) : 0);
}

static bool attributes_valid(word_t attributes)
{
    if (!CONFIG_GUESTS && (attributes & THREAD_GUEST) != 0)
        return false;
    return arch_attributes_valid(attributes);
}

/* A thread that has time is ready; one without tells its scheduler. */
static void make_runnable(struct cpu *cpu, struct thread *thread)
{
    if (thread->budget != 0) {
        thread->state = THREAD_READY;
        schedule_enqueue(cpu, thread);
        return;
    }
    thread->state = THREAD_EXHAUSTED;
    signal_event(cpu, thread);
}

sword_t thread_create(struct cpu *cpu, const struct args_thd_crt *args, struct capability **caps)
{
    bool is_guest = (args->attributes & THREAD_GUEST) != 0;
    struct capability *slot;
    struct thread *thread;
    enum status status;

    if (args->priority_max > cpu->current->priority_max)
        return STATUS_PRIORITY;
    if (!attributes_valid(args->attributes))
        return STATUS_UNSUPPORTED;
    status = kmem_claim(caps, args, object_bytes(args->attributes), &slot);
    if (status != STATUS_OK)
        return status;
    thread = slot->object;
    thread->home = caps[2]->object;
    thread->process = thread->home;
    thread->priority_max =
        (uint8_t)index_mask(args->priority_max, (word_t)cpu->current->priority_max + 1);
    thread->state = THREAD_EXHAUSTED;
    thread->has_fpu = (args->attributes & THREAD_FPU) != 0;
    thread->is_guest = is_guest;
    thread->depth = is_guest ? CONFIG_INV_DEPTH_MAX : 0;
    thread->special =
        SPECIAL_FINITE | (thread->has_fpu ? SPECIAL_FPU : 0) | (is_guest ? SPECIAL_GUEST : 0);
    arch_context_start(&thread->context, 0, 0, 0);
    cap_hold(thread->home);
    cap_publish(slot, CAP_THREAD, RIGHTS_THREAD_ALL);
    return STATUS_OK;
}

sword_t thread_delete(struct cpu *cpu, const struct args_thd_del *args, struct capability **caps)
{
    struct cap_end end;
    struct capability *home;
    struct thread *thread;
    enum status status;

    (void)cpu;
    status = cap_check_delete(caps[0], args->slot, CAP_THREAD, &end);
    if (status != STATUS_OK)
        return status;
    thread = end.slot->object;
    home = thread->home;
    if (shared_load_acquire(&thread->cpu) != 0)
        return cap_thaw(&end, STATUS_STATE);
    cap_erase(&end);
    invocation_unwind(thread);
    kmem_free((word_t)thread, object_bytes(thread->has_fpu ? THREAD_FPU : 0));
    cap_drop(home);
    return STATUS_OK;
}

/* The register area that BIND names: null and 0 for an ordinary thread, else kernel memory with the
 * right GUEST, aligned, large enough. */
static enum status guest_area(struct cpu *cpu, const struct thread *thread,
                              const struct args_thd_sched_bind *args, void **area)
{
    struct capability *memory;
    enum status status;
    word_t address;

    *area = NULL;
    if (!thread->is_guest)
        return args->memory == CAP_NULL && args->address == 0 ? STATUS_OK : STATUS_AREA;
    status = caller_find(cpu, args->memory, CAP_KMEM, RIGHT_KMEM_GUEST, &memory);
    if (status != STATUS_OK)
        return status;
    address = kmem_address(memory, args->address, arch_guest_bytes(thread->has_fpu));
    if (address == 0 || address % sizeof(word_t) != 0)
        return STATUS_AREA;
    *area = (void *)address;
    return STATUS_OK;
}

static enum status check_bind(const struct cpu *cpu, const struct thread *thread,
                              const struct thread *scheduler,
                              const struct args_thd_sched_bind *args)
{
    if (thread == scheduler)
        return STATUS_PARENT;
    if (shared_load(&thread->cpu) != 0 || !thread_is_on(scheduler, cpu))
        return STATUS_STATE;
    if (args->priority > thread->priority_max)
        return STATUS_PRIORITY;
    return args->tid <= HALF_MAX ? STATUS_OK : STATUS_ARGUMENT;
}

sword_t thread_bind(struct cpu *cpu, const struct args_thd_sched_bind *args,
                    struct capability **caps)
{
    struct thread *thread = caps[0]->object;
    struct thread *scheduler = caps[1]->object;
    struct capability *endpoint = NULL;
    enum status status = STATUS_OK;
    void *area;

    if (args->endpoint != CAP_NULL)
        status = signal_find(cpu, args->endpoint, &endpoint);
    if (status == STATUS_OK)
        status = check_bind(cpu, thread, scheduler, args);
    if (status == STATUS_OK)
        status = guest_area(cpu, thread, args, &area);
    if (status != STATUS_OK)
        return status;
    /* From here the thread is this CPU's: its other words are plain. */
    if (!shared_cas(&thread->cpu, 0, (word_t)cpu))
        return STATUS_CONFLICT;
    scheduler->children++;
    thread->scheduler = scheduler;
    thread->priority = (uint8_t)index_mask(args->priority, (word_t)thread->priority_max + 1);
    thread->tid = args->tid;
    thread->guest_area = area;
    thread->event_endpoint = endpoint;
    if (endpoint != NULL)
        cap_hold(endpoint);
    return STATUS_OK;
}

sword_t thread_free(struct cpu *cpu, const struct args_thd_sched_free *args,
                    struct capability **caps)
{
    struct thread *thread = caps[0]->object;

    (void)args;
    if (!thread_is_on(thread, cpu))
        return STATUS_STATE;
    if (thread->children != 0)
        return STATUS_CHILDREN;
    if (thread == cpu->current)
        time_charge(cpu);
    if (thread->state == THREAD_READY)
        schedule_dequeue(cpu, thread);
    if (thread->state == THREAD_BLOCKED) {
        signal_cancel(thread);
        arch_context_set_result(&thread->context, (word_t)(sword_t)STATUS_CANCELLED);
    }
    if (thread->state != THREAD_FAULTED)
        thread->state = THREAD_EXHAUSTED;
    thread_set_budget(thread, 0);
    schedule_event_withdraw(thread);
    thread->scheduler->children--;
    if (thread->event_endpoint != NULL)
        cap_drop(thread->event_endpoint);
    thread->event_endpoint = NULL;
    /* Another CPU may bind it only when this one has left it, registers and all. */
    cpu->freed = thread;
    return STATUS_OK;
}

/* Registers for a new start, in its own process, with nothing of the old life in them. */
static void restart(struct thread *thread, const struct args_thd_exec_set *args, bool is_running)
{
    invocation_unwind(thread);
    arch_context_start(&thread->context, args->entry, args->stack, args->param);
    if (CONFIG_FPU)
        schedule_clear_fpu(thread, is_running);
    thread->result_deferred = false;
}

sword_t thread_exec_set(struct cpu *cpu, const struct args_thd_exec_set *args,
                        struct capability **caps)
{
    struct thread *thread = caps[0]->object;
    bool is_self = thread == cpu->current;
    bool starts = args->entry != 0; /* the block of a caller that starts itself anew goes away */

    if (!thread_is_on(thread, cpu))
        return STATUS_STATE;
    if (starts) {
        restart(thread, args, is_self);
        if (CONFIG_GUESTS && thread->is_guest && !is_self)
            arch_guest_save(thread->guest_area, &thread->context, thread_fpu(thread));
        if (thread->state == THREAD_BLOCKED) { /* what it waited for has no place to go */
            signal_cancel(thread);
            thread->state = THREAD_FAULTED;
        }
    }
    if (thread->state == THREAD_FAULTED)
        make_runnable(cpu, thread);
    return is_self && starts ? RESULT_NONE : STATUS_OK;
}

enum { PRIORITY_CHANGES = 4 };

static enum status check_priority(struct cpu *cpu, word_t id, word_t priority,
                                  struct thread **thread)
{
    struct capability *cap;
    enum status status = caller_find(cpu, id, CAP_THREAD, RIGHT_THREAD_SCHED_PRIORITY, &cap);

    if (status != STATUS_OK)
        return status;
    *thread = cap->object;
    if (!thread_is_on(*thread, cpu))
        return STATUS_STATE;
    return priority <= (*thread)->priority_max ? STATUS_OK : STATUS_PRIORITY;
}

/* Whoever runs and is still at the highest level stays first there; the others keep their order. */
static void keep_current(struct cpu *cpu)
{
    struct thread *current = cpu->current;

    if (current->state == THREAD_READY && current->priority == schedule_highest(cpu)->priority)
        schedule_move_first(cpu, current);
}

sword_t thread_set_priorities(struct cpu *cpu, const struct args_thd_sched_prio *args,
                              struct capability **caps)
{
    const word_t ids[PRIORITY_CHANGES] = {args->thread0, args->thread1, args->thread2,
                                          args->thread3};
    struct thread *threads[PRIORITY_CHANGES];
    word_t priorities[PRIORITY_CHANGES];
    word_t count = index_mask(args->count, PRIORITY_CHANGES + 1);

    (void)caps;
    if (args->count == 0 || args->count > PRIORITY_CHANGES)
        return STATUS_ARGUMENT;
    for (unsigned i = 0; i < count; i++) {
        enum status status;

        priorities[i] = args->priorities >> i * 8 & 0xFF;
        status = check_priority(cpu, ids[i], priorities[i], &threads[i]);
        if (status != STATUS_OK)
            return status;
        priorities[i] = index_mask(priorities[i], (word_t)threads[i]->priority_max + 1);
    }
    for (unsigned i = 0; i < count; i++) {
        bool is_ready = threads[i]->state == THREAD_READY;

        if (is_ready)
            schedule_dequeue(cpu, threads[i]);
        threads[i]->priority = (uint8_t)priorities[i];
        if (is_ready)
            schedule_enqueue(cpu, threads[i]);
    }
    keep_current(cpu);
    return STATUS_OK;
}

sword_t thread_receive_event(struct cpu *cpu, const struct args_thd_sched_rcv *args,
                             struct capability **caps)
{
    struct thread *thread = caps[0]->object;
    struct thread *child = thread->events;
    word_t event;

    (void)args;
    if (!thread_is_on(thread, cpu))
        return STATUS_STATE;
    if (child == NULL)
        return STATUS_NO_EVENT;
    if (child == cpu->current)
        time_charge(cpu); /* first: what it may find belongs to the event that is pending */
    schedule_event_withdraw(child);
    event = child->tid;
    if (child->state == THREAD_FAULTED)
        event |= EVENT_FAULTED;
    if (child->budget == 0 && child->state != THREAD_BLOCKED)
        event |= EVENT_EXHAUSTED;
    return (sword_t)event;
}

/* A full yield gives up what is left of a finite budget. */
static void give_up_time(struct cpu *cpu, struct thread *self)
{
    time_charge(cpu);
    thread_set_budget(self, 0);
    if (self->state != THREAD_READY)
        return; /* the charge has found it without time already */
    schedule_exhaust(cpu, self);
    signal_event(cpu, self);
}

/* The thread that a caller names: ready, on this CPU, in the caller's level. */
static enum status find_target(struct cpu *cpu, word_t id, struct thread **target)
{
    struct capability *cap;
    enum status status = caller_find(cpu, id, CAP_THREAD, RIGHT_THREAD_SWITCH, &cap);

    if (status != STATUS_OK)
        return status;
    *target = cap->object;
    if (!thread_is_on(*target, cpu) || (*target)->state != THREAD_READY)
        return STATUS_STATE;
    return (*target)->priority == cpu->current->priority ? STATUS_OK : STATUS_PRIORITY;
}

/* The head of the highest level runs: the next of the caller's level, or a target that is put in
 * front of the caller. */
sword_t thread_switch(struct cpu *cpu, const struct args_thd_swt *args, struct capability **caps)
{
    struct thread *self = cpu->current;
    struct thread *target = NULL;
    enum status status = STATUS_OK;

    (void)caps;
    if (args->thread != CAP_NULL)
        status = find_target(cpu, args->thread, &target);
    if (status != STATUS_OK)
        return status;
    if (args->full_yield != 0 && self->budget < BUDGET_INFINITE)
        give_up_time(cpu, self);
    else if (target == NULL)
        cpu->ready[self->priority] = self->next;
    if (target != NULL && target->state == THREAD_READY)
        schedule_move_first(cpu, target);
    return STATUS_OK;
}

/* Hot: the running thread is the head of its level, so the next of the ring becomes it. */
ALWAYS_INLINE struct outcome yield_hot(struct cpu *cpu, struct thread *self, word_t id, word_t full)
{
    if (UNLIKELY(id != CAP_NULL || full != 0))
        return outcome_cold();
    if (self->next == self)
        return outcome_stay(STATUS_OK);
    cpu->ready[self->priority] = self->next;
    return outcome_switch(STATUS_OK, self->next);
}

HOT_CALL(thread_switch, yield_hot)

void thread_fault(struct cpu *cpu, struct thread *thread)
{
    if (thread_is_init(thread))
        panic("an init thread has faulted", thread->fault_address);
    schedule_dequeue(cpu, thread);
    thread->state = THREAD_FAULTED;
    signal_event(cpu, thread);
}

void thread_boot(struct cpu *cpu, struct capability *slot, struct thread *thread,
                 struct capability *process)
{
    const word_t rights = RIGHT_THREAD_SCHED_PRIORITY | RIGHT_THREAD_SCHED_PARENT |
                          RIGHT_THREAD_TIME_SOURCE | RIGHT_THREAD_TIME_TARGET |
                          RIGHT_THREAD_SCHED_RECEIVE | RIGHT_THREAD_SWITCH;

    thread->home = process;
    thread->process = process;
    thread->priority_max = CONFIG_PRIORITIES - 1;
    thread->state = THREAD_READY;
    thread->children = 1; /* never free */
    thread_set_budget(thread, BUDGET_INIT);
    shared_store(&thread->cpu, (word_t)cpu);
    cap_hold(process);
    cap_boot(slot, CAP_THREAD, rights, thread);
    cpu->current = thread;
    schedule_enqueue(cpu, thread);
}
