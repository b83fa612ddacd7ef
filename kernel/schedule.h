/* SPDX-License-Identifier: Unlicense
 *
 * The scheduler: fixed priorities, round robin within a level, budgets that are only consumed.
 *
 * Two invariants carry the fast paths. The running thread is the head of the highest ready level;
 * so a yield is "head = next", and a woken thread of higher priority enters an empty level and runs
 * at once. Levels are rings without a sentinel. Everything here belongs to the CPU that a thread is
 * bound to; only `thread.cpu` is read and claimed by others.
 *
 * Events (a child has faulted or has no time) are queued here, in a ring of their scheduler thread;
 * the signals that go with them are sent above, in signal.h. Next: signal.h, invocation.h,
 * thread.h.
 */
#pragma once

#include "arch/clock.h"
#include "arch/context.h"
#include "arch/exit.h"
#include "kernel/process.h"

struct port;

enum thread_state { THREAD_READY, THREAD_BLOCKED, THREAD_EXHAUSTED, THREAD_FAULTED };

/* What is unusual about a thread; tested once per switch, for both threads together. */
enum { SPECIAL_FINITE = 1, SPECIAL_FPU = 4, SPECIAL_GUEST = 8 };

/* The sum over two threads says at once that both have finite budgets and nothing else is unusual.
 */
enum { SPECIAL_BOTH_FINITE = 2 * SPECIAL_FINITE };

/* In the order in which they are used together, so that they share lines of memory: what an
 * invocation writes, and what a wait does. */
struct thread {
    struct arch_context context;
    struct capability *process; /* in force: that of the top port, or home; root slot */

    /* Scheduling: the CPU of the thread. */
    word_t special;
    word_t budget;                  /* behind `special`: a switch loads both at once */
    struct thread *next, *previous; /* ring of its level */
    uint8_t priority, priority_max, state, receive_mode;
    uint8_t depth; /* of invocations */
    bool is_guest, has_fpu, result_deferred;
    struct port *invocation; /* top of the stack of ports */
    shared_t cpu;            /* struct cpu that it is bound to, or 0: claimed by compare-exchange */
    struct capability *waiting; /* endpoint that it waits at */
    struct capability *home;    /* process it was created in */

    struct arch_registers registers; /* what few calls use; nothing on some machines */

    /* The scheduler tree. */
    struct thread *scheduler;
    struct capability *event_endpoint; /* root slot, or NULL */
    word_t tid;
    word_t children;
    struct thread *events; /* ring of children with a pending event */
    struct thread *event_next, *event_previous;

    void *guest_area;
    word_t fault_cause, fault_address;
};

/* What the hot half of a call decides: the caller's result, and whether another thread runs next or
 * the same one goes on in another process; or that the case is not straight, and the whole call is
 * to be made (syscall_cold), nothing having changed. Hot halves are inlined, so that none of this
 * is ever stored. */
struct outcome {
    word_t result;
    bool switches; /* to `next` */
    bool enters;   /* another process */
    bool is_cold;
    struct thread *next;
};

static inline struct outcome outcome_stay(word_t result)
{
    return (struct outcome){.result = result};
}

static inline struct outcome outcome_switch(word_t result, struct thread *next)
{
    return (struct outcome){.result = result, .switches = true, .next = next};
}

static inline struct outcome outcome_enter(word_t result)
{
    return (struct outcome){.result = result, .enters = true};
}

static inline struct outcome outcome_cold(void)
{
    return (struct outcome){.is_cold = true};
}

static inline bool thread_is_init(const struct thread *thread)
{
    return thread->budget == BUDGET_INIT;
}

static inline bool thread_is_on(const struct thread *thread, const struct cpu *cpu)
{
    return shared_is(&thread->cpu, (word_t)cpu);
}

static inline struct arch_fpu *thread_fpu(struct thread *thread)
{
    return CONFIG_FPU && thread->has_fpu ? (struct arch_fpu *)(thread + 1) : NULL;
}

/* Every change of a budget: keeps the special word true. */
static inline void thread_set_budget(struct thread *thread, word_t budget)
{
    thread->budget = budget;
    thread->special = (thread->special & ~(word_t)SPECIAL_FINITE) |
                      (budget < BUDGET_INFINITE ? SPECIAL_FINITE : 0);
}

/* Resolve a capability that the running thread names beside the operands of its call (cap_find). */
MUST_CHECK enum status caller_find(const struct cpu *cpu, word_t id, enum cap_type type,
                                   word_t right, struct capability **cap);

/* ---- Ready levels ---- */

/* Put a thread at the tail of its level. Constant time, as all of these. The inline pair is for the
 * fast paths, the other for the rest. */
void schedule_enqueue(struct cpu *cpu, struct thread *thread);
void schedule_dequeue(struct cpu *cpu, struct thread *thread);

/* Where a level is in the bit map. */
static inline word_t schedule_word(word_t level)
{
    return READY_WORDS == 1 ? 0 : level / WORD_BITS;
}

static inline word_t schedule_bit(word_t level)
{
    return (word_t)1 << (READY_WORDS == 1 ? level : level % WORD_BITS);
}

/* The same where the level is known to be empty: it is above that of the running thread. */
ALWAYS_INLINE void schedule_enqueue_first(struct cpu *cpu, struct thread *thread)
{
    word_t level = thread->priority;

    thread->next = thread;
    thread->previous = thread;
    cpu->ready[level] = thread;
    cpu->ready_bits[schedule_word(level)] |= schedule_bit(level);
}

/* Take a thread out of its level. */
ALWAYS_INLINE void schedule_dequeue_fast(struct cpu *cpu, struct thread *thread)
{
    word_t level = thread->priority;
    struct thread *next = thread->next;

    if (next == thread) {
        cpu->ready[level] = NULL;
        cpu->ready_bits[schedule_word(level)] &= ~schedule_bit(level);
        return;
    }
    next->previous = thread->previous;
    thread->previous->next = next;
    if (cpu->ready[level] == thread)
        cpu->ready[level] = next;
}

/* Make a thread that is not alone in its level the first of it. */
void schedule_move_first(struct cpu *cpu, struct thread *thread);

/* The thread to run. There is always one: the init thread. Time: words of the bit map. */
static inline struct thread *schedule_highest(const struct cpu *cpu)
{
    unsigned i = READY_WORDS - 1;

    while (i > 0 && cpu->ready_bits[i] == 0)
        i--;
    return cpu->ready[i * WORD_BITS + bit_highest(cpu->ready_bits[i])];
}

/* ---- Events ---- */

/* Queue the event of a thread at its scheduler; repeated events are one. */
void schedule_event_queue(struct thread *child);

/* Withdraw it. */
void schedule_event_withdraw(struct thread *child);

/* ---- Time ---- */

/* Charge `elapsed` to a thread of this CPU with a finite budget. What it overran stays on the clock
 * for whoever runs next. False: it has no time left. */
bool schedule_charge(struct cpu *cpu, struct thread *thread, word_t elapsed);

/* Take a ready thread that has no time out of its level and queue its event. The endpoint is told
 * above (signal_event). */
void schedule_exhaust(struct cpu *cpu, struct thread *thread);

/* ---- Switching ---- */

/* The part of a switch that only unusual threads need: charge the budget of the one that leaves,
 * arm the timer for the one that comes, exchange FPU and guest registers. */
void schedule_switch_special(struct cpu *cpu, struct thread *from, struct thread *to);

/* Nothing of what the FPU held for a thread is left; if it is the one that runs, also not in the
 * hardware. */
void schedule_clear_fpu(struct thread *thread, bool is_running);

/* What a switch looks at first: two neighbours, by one load. */
struct glance {
    word_t special, budget;
};

ALWAYS_INLINE struct glance schedule_glance(const struct thread *thread)
{
    struct glance glance = {thread->special, thread->budget};

    LOAD_BOTH(glance.special, glance.budget);
    return glance;
}

/* The budget of a glance. Where there is no load of both it is loaded here, and nowhere before. */
ALWAYS_INLINE word_t schedule_budget(const struct thread *thread, struct glance glance)
{
    return ARCH_LOADS_PAIRS ? glance.budget : *(const volatile word_t *)&thread->budget;
}

/* Charge the thread that leaves where both have finite budgets and nothing else is unusual. False:
 * a budget or the timer is due, and nothing has changed. Where the timer has fired, what seems to
 * have elapsed is more than any budget. */
ALWAYS_INLINE bool schedule_switch_time(struct cpu *cpu, struct thread *from, word_t from_budget,
                                        word_t to_budget)
{
    word_t elapsed;
    word_t remaining = arch_clock_peek(cpu, &elapsed);

    AS_ONE(elapsed);
    if (UNLIKELY(elapsed >= from_budget || to_budget < remaining))
        return false;
    arch_clock_take(cpu, remaining);
    from->budget = from_budget - elapsed;
    return true;
}
