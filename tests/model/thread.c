/* SPDX-License-Identifier: Unlicense
 *
 * Calls on threads.
 */
#include "tests/model/model.h"

#include <string.h>

static bool is_here(const struct m_slot *cap)
{
    return cap->object->thread.is_bound;
}

/* ---- Creation and deletion ---- */

static bool are_attributes_known(word_t attributes)
{
    word_t known = (CONFIG_FPU ? (word_t)THREAD_FPU : 0) | (CONFIG_GUESTS ? THREAD_GUEST : 0);

    return (attributes & ~known) == 0;
}

sword_t m_thd_crt(const word_t *w)
{
    struct m_slot *cap[3], *slot;
    struct m_object *thread;
    bool has_fpu = (w[6] & THREAD_FPU) != 0;
    word_t bytes = m.machine.thread_bytes + (has_fpu ? m.machine.fpu_bytes : 0);
    enum status status = m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_CREATE},
                                                         {w[2], M_KMEM, RIGHT_KMEM_THREAD},
                                                         {w[4], M_PROCESS, RIGHT_PROCESS_THREAD}},
                                    3, cap);

    if (status != STATUS_OK)
        return status;
    if (w[5] > m.current->thread.priority_max)
        return STATUS_PRIORITY;
    if (!are_attributes_known(w[6]))
        return STATUS_UNSUPPORTED;
    status = m_claim(cap[0], w[1], cap[1], w[3], bytes, &slot);
    if (status != STATUS_OK)
        return status;
    thread = m_root(slot, M_THREAD, RIGHTS_THREAD_ALL, cap[1]->low + w[3], bytes);
    thread->thread.run = M_EXHAUSTED;
    thread->thread.priority_max = w[5];
    thread->thread.has_fpu = has_fpu;
    thread->thread.is_guest = (w[6] & THREAD_GUEST) != 0;
    thread->thread.home = cap[2]->object;
    m_hold(cap[2]->object);
    return STATUS_OK;
}

sword_t m_thd_del(const word_t *w)
{
    struct m_slot *table, *slot;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_CAPTABLE, RIGHT_CAPTABLE_DELETE}}, 1, &table);

    if (status == STATUS_OK)
        status = m_delete_check(table, w[1], M_THREAD, &slot);
    if (status != STATUS_OK)
        return status;
    if (slot->object->thread.is_bound) {
        m_thaw(slot);
        return STATUS_STATE;
    }
    m_unwind(slot->object);
    m_drop(slot->object->thread.home);
    m_object_free(slot->object);
    m_erase(slot);
    return STATUS_OK;
}

/* ---- Binding and freeing ---- */

/* The register area: of a guest inside memory with the right GUEST, of others none. */
static enum status find_area(const struct m_thread *thread, word_t memory, word_t offset,
                             word_t *area)
{
    word_t bytes = thread->has_fpu ? m.machine.guest_area_fpu_bytes : m.machine.guest_area_bytes;
    struct m_slot *cap;
    enum status status;

    if (!thread->is_guest)
        return memory == CAP_NULL && offset == 0 ? STATUS_OK : STATUS_AREA;
    status = m_operands((struct m_operand[]){{memory, M_KMEM, RIGHT_KMEM_GUEST}}, 1, &cap);
    if (status != STATUS_OK)
        return status;
    *area = cap->low + offset;
    return m_bounds(cap, offset, bytes) && *area % sizeof(word_t) == 0 ? STATUS_OK : STATUS_AREA;
}

static enum status check_bind(const struct m_slot *thread, const struct m_slot *scheduler,
                              const word_t *w, word_t *area)
{
    if (thread->object == scheduler->object)
        return STATUS_PARENT;
    if (is_here(thread) || !is_here(scheduler))
        return STATUS_STATE;
    if (w[4] > thread->object->thread.priority_max)
        return STATUS_PRIORITY;
    if (w[3] > HALF_MAX)
        return STATUS_ARGUMENT;
    return find_area(&thread->object->thread, w[5], w[6], area);
}

static enum status find_endpoint(word_t id, struct m_object **endpoint)
{
    struct m_slot *cap;
    enum status status;

    *endpoint = NULL;
    if (id == CAP_NULL)
        return STATUS_OK;
    status = m_operands((struct m_operand[]){{id, M_SIGNAL, RIGHT_SIGNAL_KERNEL_SEND}}, 1, &cap);
    if (status == STATUS_OK)
        *endpoint = cap->object;
    return status;
}

sword_t m_thd_sched_bind(const word_t *w)
{
    struct m_slot *cap[2];
    struct m_object *endpoint;
    struct m_thread *thread;
    word_t area = 0;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_THREAD, RIGHT_THREAD_SCHED_CHILD},
                                        {w[1], M_THREAD, RIGHT_THREAD_SCHED_PARENT}},
                   2, cap);

    if (status == STATUS_OK)
        status = find_endpoint(w[2], &endpoint);
    if (status == STATUS_OK)
        status = check_bind(cap[0], cap[1], w, &area);
    if (status != STATUS_OK)
        return status;
    thread = &cap[0]->object->thread;
    thread->is_bound = true;
    thread->scheduler = cap[1]->object;
    cap[1]->object->thread.children++;
    thread->endpoint = endpoint;
    if (endpoint != NULL)
        m_hold(endpoint);
    thread->tid = w[3];
    thread->priority = w[4];
    thread->area = area;
    return STATUS_OK;
}

sword_t m_thd_sched_free(const word_t *w)
{
    struct m_slot *cap;
    struct m_thread *thread;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_THREAD, RIGHT_THREAD_SCHED_FREE}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    thread = &cap->object->thread;
    if (!thread->is_bound)
        return STATUS_STATE;
    if (thread->children != 0)
        return STATUS_CHILDREN;
    if (cap->object == m.current)
        m_look_at_time();
    if (thread->run == M_READY)
        m_dequeue(cap->object);
    if (thread->run == M_BLOCKED) {
        m_note(RME_SVC_SIG_RCV, STATUS_CANCELLED);
        m_set_result(cap->object, (word_t)STATUS_CANCELLED);
        m_cancel(cap->object);
    }
    if (thread->run != M_FAULTED)
        thread->run = M_EXHAUSTED;
    (void)m_list_remove(&thread->scheduler->thread.events, cap->object);
    thread->scheduler->thread.children--;
    thread->scheduler = NULL;
    if (thread->endpoint != NULL)
        m_drop(thread->endpoint);
    thread->endpoint = NULL;
    thread->budget = 0;
    thread->is_bound = false;
    return STATUS_OK;
}

/* ---- Entry, priority, time ---- */

/* Ready if it has time; else its scheduler hears of it. */
static void go_on(struct m_object *thread)
{
    if (thread->thread.budget != 0) {
        m_enqueue(thread);
        return;
    }
    thread->thread.run = M_EXHAUSTED;
    m_event(thread);
}

/* A new life in its own process: nothing of the old one is left, no wait either. */
static void start(struct m_object *object, const word_t *w)
{
    struct m_thread *thread = &object->thread;

    m_unwind(object);
    thread->registers = (struct m_registers){.entry = w[1], .stack = w[2], .param = w[3]};
    thread->result_deferred = false;
    memset(thread->fpu, 0, sizeof(thread->fpu));
    if (object == m.current && thread->has_fpu)
        memset(m.fpu, 0, sizeof(m.fpu));
    if (thread->is_guest && object != m.current)
        m_save_guest(thread);
    if (thread->run == M_BLOCKED) {
        m_cancel(object);
        go_on(object);
    }
}

sword_t m_thd_exec_set(const word_t *w)
{
    struct m_slot *cap;
    struct m_thread *thread;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_THREAD, RIGHT_THREAD_EXEC_SET}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    thread = &cap->object->thread;
    if (!thread->is_bound)
        return STATUS_STATE;
    if (w[1] != 0)
        start(cap->object, w);
    if (thread->run == M_FAULTED)
        go_on(cap->object);
    return w[1] != 0 && cap->object == m.current ? M_NO_RESULT : STATUS_OK;
}

static void move_first(struct m_object *thread)
{
    struct m_list *level = &m.ready[thread->thread.priority];

    (void)m_list_remove(level, thread);
    memmove(&level->item[1], &level->item[0], level->count * sizeof(level->item[0]));
    level->item[0] = thread;
    level->count++;
}

sword_t m_thd_sched_prio(const word_t *w)
{
    struct m_slot *cap[4];

    if (w[0] == 0 || w[0] > 4)
        return STATUS_ARGUMENT;
    for (word_t i = 0; i < w[0]; i++) {
        word_t priority = w[5] >> 8 * i & 0xFF;
        enum status status = m_operands(
            (struct m_operand[]){{w[1 + i], M_THREAD, RIGHT_THREAD_SCHED_PRIORITY}}, 1, &cap[i]);

        if (status != STATUS_OK)
            return status;
        if (!is_here(cap[i]))
            return STATUS_STATE;
        if (priority > cap[i]->object->thread.priority_max)
            return STATUS_PRIORITY;
    }
    for (word_t i = 0; i < w[0]; i++) {
        struct m_object *thread = cap[i]->object;
        bool is_ready = thread->thread.run == M_READY;

        if (is_ready)
            m_dequeue(thread);
        thread->thread.priority = w[5] >> 8 * i & 0xFF;
        if (is_ready)
            m_enqueue(thread);
    }
    if (m.current->thread.run == M_READY && m.current->thread.priority == m_highest_level())
        move_first(m.current); /* nobody of its level goes before it */
    return STATUS_OK;
}

static bool is_finite(word_t budget)
{
    return budget < BUDGET_INFINITE;
}

/* What a transfer makes of the two budgets; false: the sum would not be finite. */
static bool move_time(word_t *target, word_t *source, word_t time, bool is_same)
{
    word_t moved = time;

    if (!is_finite(*source) && !is_finite(time)) {
        if (*target != BUDGET_INIT)
            *target = BUDGET_INFINITE;
        if (time == BUDGET_INIT && *source == BUDGET_INFINITE && !is_same)
            *source = 0;
        return true;
    }
    if (is_finite(*source) && moved > *source)
        moved = *source;
    if (is_same)
        return true;
    if (is_finite(*target)) {
        if (moved >= BUDGET_INFINITE - *target)
            return false;
        *target += moved;
    }
    if (is_finite(*source))
        *source -= moved;
    return true;
}

sword_t m_thd_time_xfer(const word_t *w)
{
    struct m_slot *cap[2];
    struct m_thread *target, *source;
    word_t result;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_THREAD, RIGHT_THREAD_TIME_TARGET},
                                        {w[1], M_THREAD, RIGHT_THREAD_TIME_SOURCE}},
                   2, cap);

    if (status != STATUS_OK)
        return status;
    if (w[2] == 0 || w[2] > BUDGET_INIT)
        return STATUS_ARGUMENT;
    target = &cap[0]->object->thread;
    source = &cap[1]->object->thread;
    m_look_at_time();
    if (!is_here(cap[0]) || !is_here(cap[1]) || source->budget == 0)
        return STATUS_STATE;
    if (target->priority_max > source->priority_max && !target->is_init)
        return STATUS_PRIORITY;
    if (!move_time(&target->budget, &source->budget, w[2], target == source))
        return STATUS_OVERFLOW;
    result = target->budget;
    if (source->budget == 0 && source->run == M_READY)
        m_exhaust(cap[1]->object);
    if (target->run == M_EXHAUSTED && target->budget != 0)
        m_enqueue(cap[0]->object);
    return (sword_t)result;
}

static enum status check_switch(word_t id, struct m_object **target)
{
    struct m_slot *cap;
    enum status status;

    *target = NULL;
    if (id == CAP_NULL)
        return STATUS_OK;
    status = m_operands((struct m_operand[]){{id, M_THREAD, RIGHT_THREAD_SWITCH}}, 1, &cap);
    if (status != STATUS_OK)
        return status;
    if (!is_here(cap) || cap->object->thread.run != M_READY)
        return STATUS_STATE;
    if (cap->object->thread.priority != m.current->thread.priority)
        return STATUS_PRIORITY;
    *target = cap->object;
    return STATUS_OK;
}

sword_t m_thd_swt(const word_t *w)
{
    struct m_object *target, *self = m.current;
    enum status status = check_switch(w[0], &target);

    if (status != STATUS_OK)
        return status;
    if (target == NULL) { /* the first of the level goes behind all others */
        m_dequeue(self);
        m_enqueue(self);
    } else if (target != self) {
        move_first(target);
    }
    if (w[1] != 0 && is_finite(self->thread.budget)) {
        m_look_at_time();
        self->thread.budget = 0;
        if (self->thread.run == M_READY)
            m_exhaust(self);
    }
    return STATUS_OK;
}

sword_t m_thd_sched_rcv(const word_t *w)
{
    struct m_slot *cap;
    struct m_object *child;
    word_t result;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_THREAD, RIGHT_THREAD_SCHED_RECEIVE}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    if (!is_here(cap))
        return STATUS_STATE;
    if (cap->object->thread.events.count == 0)
        return STATUS_NO_EVENT;
    child = cap->object->thread.events.item[0];
    if (child == m.current)
        m_look_at_time();
    (void)m_list_remove(&cap->object->thread.events, child);
    result = child->thread.tid;
    if (child->thread.run == M_FAULTED)
        result |= EVENT_FAULTED;
    if (child->thread.budget == 0 && child->thread.run != M_BLOCKED)
        result |= EVENT_EXHAUSTED;
    return (sword_t)result;
}
