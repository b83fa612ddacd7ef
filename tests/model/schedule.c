/* SPDX-License-Identifier: Unlicense
 *
 * Who runs: ready levels as lists, time, events, signals that wake. What happens outside of calls:
 * the timer, requests, interrupts, faults.
 */
#include "tests/model/model.h"

#include <stdlib.h>
#include <string.h>

enum { TIMER_MIN = 4, TIMER_MAX = 0xFFFFFF };

/* ---- Lists ---- */

void m_list_add(struct m_list *list, struct m_object *item)
{
    if (list->count == M_LIST)
        abort();
    list->item[list->count++] = item;
}

bool m_list_remove(struct m_list *list, const struct m_object *item)
{
    for (unsigned i = 0; i < list->count; i++)
        if (list->item[i] == item) {
            list->count--;
            memmove(&list->item[i], &list->item[i + 1], (list->count - i) * sizeof(list->item[0]));
            return true;
        }
    return false;
}

void m_enqueue(struct m_object *thread)
{
    thread->thread.run = M_READY;
    m_list_add(&m.ready[thread->thread.priority], thread);
}

void m_dequeue(struct m_object *thread)
{
    if (!m_list_remove(&m.ready[thread->thread.priority], thread))
        abort();
}

word_t m_highest_level(void)
{
    for (unsigned level = CONFIG_PRIORITIES; level-- > 0;)
        if (m.ready[level].count != 0)
            return level;
    abort();
}

/* ---- Time ---- */

static bool is_finite(const struct m_thread *thread)
{
    return thread->budget < BUDGET_INFINITE;
}

/* The running thread pays for what has passed. What it overran stays on the clock for whoever runs
 * next, if that thread's time is finite too. */
void m_charge(void)
{
    struct m_thread *thread = &m.current->thread;
    word_t elapsed = m.now - m.last;

    if (!is_finite(thread)) {
        m.last = m.now;
        return;
    }
    if (elapsed > thread->budget)
        elapsed = thread->budget;
    thread->budget -= elapsed;
    m.last += elapsed;
}

void m_look_at_time(void)
{
    m_charge();
    if (m.current->thread.run == M_READY && m.current->thread.budget == 0)
        m_exhaust(m.current);
}

void m_exhaust(struct m_object *thread)
{
    m_dequeue(thread);
    thread->thread.run = M_EXHAUSTED;
    m_event(thread);
}

bool m_timer_due(word_t *latest)
{
    bool is_due = false;
    word_t soonest = TIMER_MAX;

    if (is_finite(&m.current->thread)) {
        is_due = true;
        soonest = m.current->thread.budget < soonest ? m.current->thread.budget : soonest;
    }
    if (m.deadline_armed) {
        sword_t left = (sword_t)(m.deadline - m.last);

        is_due = true;
        if (left < (sword_t)soonest)
            soonest = left > 0 ? (word_t)left : 0;
    }
    *latest = m.last + (soonest < TIMER_MIN ? TIMER_MIN : soonest);
    return is_due;
}

void m_tick(void)
{
    m.seen = m.epoch;
    m.flushed = m.flush_epoch;
}

/* ---- Signals and events ---- */

bool m_room(const struct m_object *endpoint, word_t count)
{
    return endpoint->signal.count + count < (word_t)1
                                                << (WORD_BITS - (CONFIG_CPUS_MAX == 1 ? 2 : 3));
}

void m_set_result(struct m_object *thread, word_t result)
{
    thread->thread.registers.result = result;
    thread->thread.result_deferred = thread->thread.is_guest;
}

void m_cancel(struct m_object *waiter)
{
    waiter->thread.waiting->signal.waiter = NULL;
    waiter->thread.waiting = NULL;
}

/* Detach the waiter first, so that a chain of events can come back to its endpoint. */
void m_wake(struct m_object *endpoint, word_t result)
{
    struct m_object *waiter = endpoint->signal.waiter;

    m_cancel(waiter);
    m_set_result(waiter, result);
    if (waiter->thread.budget != 0)
        m_enqueue(waiter);
    else
        waiter->thread.run = M_EXHAUSTED;
}

word_t m_take(struct m_object *endpoint, word_t count)
{
    word_t mark = endpoint->signal.dropped ? SIGNAL_DROPPED : 0;

    endpoint->signal.count -= count;
    endpoint->signal.dropped = false;
    return count | mark;
}

/* One signal by the kernel. Returns the thread that was woken without time, or NULL. */
static struct m_object *post(struct m_object *endpoint)
{
    struct m_object *waiter = endpoint->signal.waiter;
    word_t given = 1;

    if (waiter == NULL) {
        if (m_room(endpoint, 1))
            endpoint->signal.count++;
        else
            endpoint->signal.dropped = true;
        return NULL;
    }
    if (waiter->thread.mode == SIGNAL_RECEIVE_ALL)
        given += m_take(endpoint, endpoint->signal.count);
    m_wake(endpoint, given);
    return waiter->thread.run == M_EXHAUSTED ? waiter : NULL;
}

void m_event_queue(struct m_object *child)
{
    struct m_list *events = &child->thread.scheduler->thread.events;

    for (unsigned i = 0; i < events->count; i++)
        if (events->item[i] == child)
            return;
    m_list_add(events, child);
}

/* Signal the endpoint of a child whose event is queued, and so on for whoever that wakes without
 * time. What lies beyond the depth is queued without a signal. */
static void tell(struct m_object *child)
{
    for (unsigned depth = 0; depth < CONFIG_SCHED_DEPTH_MAX; depth++) {
        if (child->thread.endpoint == NULL)
            return;
        child = post(child->thread.endpoint);
        if (child == NULL)
            return;
        m_event_queue(child);
    }
}

void m_event(struct m_object *child)
{
    m_event_queue(child);
    tell(child);
}

void m_post(struct m_object *endpoint)
{
    struct m_object *child = post(endpoint);

    if (child != NULL)
        m_event(child);
}

/* ---- Switching ---- */

struct m_object *m_process(const struct m_object *thread)
{
    const struct m_object *port = thread->thread.port;

    return port != NULL ? port->port.process : thread->thread.home;
}

void m_unwind(struct m_object *thread)
{
    for (struct m_object *port = thread->thread.port; port != NULL; port = port->port.below)
        port->port.owner = NULL;
    thread->thread.port = NULL;
    thread->thread.depth = 0;
}

/* A guest's area: entry, stack, result, the crossing registers, the parameter, those of the FPU. */
enum { AREA_CROSSING = 3, AREA_PARAM = AREA_CROSSING + M_CROSSING, AREA_FPU };

static word_t *area_of(const struct m_thread *thread)
{
    return &m.guest[(thread->area - m.machine.guests) / sizeof(word_t)];
}

void m_save_guest(struct m_thread *thread)
{
    word_t *area = area_of(thread);

    area[0] = thread->registers.entry;
    area[1] = thread->registers.stack;
    area[2] = thread->registers.result;
    area[AREA_PARAM] = thread->registers.param;
    memcpy(&area[AREA_CROSSING], thread->registers.crossing, sizeof(thread->registers.crossing));
    if (thread->has_fpu)
        memcpy(&area[AREA_FPU], thread->fpu, sizeof(thread->fpu));
}

static void load_guest(struct m_thread *thread)
{
    word_t *area = area_of(thread);

    if (thread->result_deferred)
        area[2] = thread->registers.result;
    thread->result_deferred = false;
    thread->registers.entry = area[0];
    thread->registers.stack = area[1];
    thread->registers.result = area[2];
    thread->registers.param = area[AREA_PARAM];
    memcpy(thread->registers.crossing, &area[AREA_CROSSING], sizeof(thread->registers.crossing));
    if (thread->has_fpu)
        memcpy(thread->fpu, &area[AREA_FPU], sizeof(thread->fpu));
}

static void suspend(struct m_object *from)
{
    struct m_thread *thread = &from->thread;

    m_charge();
    if (thread->run == M_READY && thread->is_bound && thread->budget == 0) {
        m_dequeue(from);
        thread->run = M_EXHAUSTED;
        m_event_queue(from);
        m.exhausted = from;
        m.timer_pended = true;
    }
    if (thread->has_fpu)
        memcpy(thread->fpu, m.fpu, sizeof(m.fpu));
    if (thread->is_guest)
        m_save_guest(thread);
}

static void resume(struct m_object *to)
{
    struct m_thread *thread = &to->thread;

    if (thread->is_guest)
        load_guest(thread);
    if (thread->has_fpu)
        memcpy(m.fpu, thread->fpu, sizeof(m.fpu));
    m.current = to;
}

void m_enter_space(void)
{
    m.loaded = m_process(m.current)->process.pagetable;
    m.loaded_raw = m_process(m.current)->process.raw;
}

void m_leave(void)
{
    struct m_object *next = m.ready[m_highest_level()].item[0];

    if (next != m.current) {
        suspend(m.current);
        resume(next);
    }
    m_enter_space();
}

/* ---- From outside ---- */

/* One chain of events for a thread's time at a time: where one is told that left without time, the
 * running thread is charged when the timer fires again. */
void m_timer(void)
{
    struct m_object *left = m.exhausted;

    m.exhausted = NULL;
    m.timer_pended = false;
    if (left != NULL)
        tell(left);
    if (left == NULL || !CONFIG_TICKLESS)
        m_look_at_time();
    if (m.deadline_armed && (sword_t)(m.deadline - m.last) <= 0) {
        m.deadline_armed = false;
        m_post(m.timer_endpoint);
    }
    m_tick();
    m_leave();
}

void m_request(void)
{
    m_tick();
    m.tick_asked = false;
    m_leave();
}

void m_interrupt(word_t number)
{
    struct m_line *line = &m.line[number];

    line->is_pending = false;
    if (line->endpoint == NULL) {
        line->is_enabled = false;
        m.stray++;
    } else {
        if (!line->is_edge)
            line->is_enabled = false;
        m_post(line->endpoint);
    }
    m_leave();
}

bool m_fault_is_fatal(const struct m_fault_words *fault)
{
    const struct m_object *port = m.current->thread.port;

    return m.current->thread.is_init && !(port != NULL && port->port.return_on_fault) &&
           m_repairable(fault->address, fault->access) == NULL &&
           (fault->second == 0 || m_repairable(fault->second, fault->access) == NULL);
}

/* The callee's place is taken: nothing of it crosses but the way back. */
static void force_return(struct m_thread *thread)
{
    struct m_object *port = thread->port;

    m_note(RME_SVC_INV_ACT, STATUS_FAULT);
    memset(thread->fpu, 0, sizeof(thread->fpu));
    if (thread->has_fpu)
        memset(m.fpu, 0, sizeof(m.fpu));
    thread->registers = (struct m_registers){.result = (word_t)STATUS_FAULT,
                                             .entry = port->port.saved_entry,
                                             .stack = port->port.saved_stack};
    thread->port = port->port.below;
    thread->depth--;
    port->port.owner = NULL;
}

void m_fault(const struct m_fault_words *fault)
{
    struct m_thread *thread = &m.current->thread;
    bool is_repaired = m_repair(fault->address, fault->access) ||
                       (fault->second != 0 && m_repair(fault->second, fault->access));

    if (!is_repaired) {
        thread->fault_cause = fault->cause;
        thread->fault_address = fault->address;
        if (thread->port != NULL && thread->port->port.return_on_fault) {
            force_return(thread);
        } else {
            m_dequeue(m.current);
            thread->run = M_FAULTED;
            m_event(m.current);
        }
    }
    m_leave();
}
