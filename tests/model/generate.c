/* SPDX-License-Identifier: Unlicense
 *
 * The words of each call. `good` words make the call succeed where the state allows; then now and
 * then one is spoilt, or all are noise.
 */
#include "tests/model/random.h"

#include "abi/memory_map.h"

#include <string.h>

struct profile profile;

/* ---- What is wanted of a capability ---- */

#define WANTED(name, claim)                                                                        \
    static bool name(const struct m_slot *slot)                                                    \
    {                                                                                              \
        return claim;                                                                              \
    }

static bool has(const struct m_slot *slot, word_t right)
{
    return (slot->rights & right) != 0;
}

WANTED(can_create, has(slot, RIGHT_CAPTABLE_CREATE))
WANTED(can_delete, has(slot, RIGHT_CAPTABLE_DELETE))
WANTED(can_freeze, has(slot, RIGHT_CAPTABLE_FREEZE))
WANTED(can_add, has(slot, RIGHT_CAPTABLE_ADD_TARGET))
WANTED(can_give, has(slot, RIGHT_CAPTABLE_ADD_SOURCE))
WANTED(can_remove, has(slot, RIGHT_CAPTABLE_REMOVE))
WANTED(makes_process, has(slot, RIGHT_CAPTABLE_PROCESS_CREATE))
WANTED(is_process_table, has(slot, RIGHT_CAPTABLE_PROCESS_CAPTABLE))
WANTED(holds_tables, has(slot, RIGHT_KMEM_CAPTABLE))
WANTED(holds_pagetables, has(slot, RIGHT_KMEM_PAGETABLE))
WANTED(holds_threads, has(slot, RIGHT_KMEM_THREAD))
WANTED(holds_ports, has(slot, RIGHT_KMEM_INVOCATION))
WANTED(holds_guests, has(slot, RIGHT_KMEM_GUEST))
WANTED(is_top, slot->object->pagetable.is_top &&has(slot, RIGHT_PAGETABLE_PROCESS_CREATE))
WANTED(is_new_top, slot->object->pagetable.is_top &&has(slot, RIGHT_PAGETABLE_PROCESS_PAGETABLE))
WANTED(is_page_source, slot->object->pagetable.pages != 0 && has(slot, RIGHT_PAGETABLE_ADD_SOURCE))
WANTED(is_page_target,
       slot->object->pagetable.number_order <= 3 && has(slot, RIGHT_PAGETABLE_ADD_TARGET))
WANTED(has_pages, slot->object->pagetable.pages != 0 && has(slot, RIGHT_PAGETABLE_REMOVE))
WANTED(is_parent,
       m_pagetable_top(slot->object) != NULL && has(slot, RIGHT_PAGETABLE_PARENT_CONSTRUCT))
WANTED(is_orphan, slot->object->pagetable.parent == NULL && !slot->object->pagetable.is_top &&
                      has(slot, RIGHT_PAGETABLE_CHILD))
WANTED(is_attached, slot->object->pagetable.parent != NULL && has(slot, RIGHT_PAGETABLE_CHILD))
WANTED(is_home, has(slot, RIGHT_PROCESS_THREAD))
WANTED(is_server, has(slot, RIGHT_PROCESS_INVOCATION))
WANTED(takes_captable, has(slot, RIGHT_PROCESS_CAPTABLE))
WANTED(takes_pagetable, has(slot, RIGHT_PROCESS_PAGETABLE))
WANTED(is_unbound, !slot->object->thread.is_bound && has(slot, RIGHT_THREAD_SCHED_CHILD))
WANTED(is_scheduler, slot->object->thread.is_bound &&has(slot, RIGHT_THREAD_SCHED_PARENT))
WANTED(can_free, slot->object->thread.is_bound && slot->object->thread.children == 0 &&
                     has(slot, RIGHT_THREAD_SCHED_FREE))
WANTED(can_start, slot->object->thread.is_bound &&has(slot, RIGHT_THREAD_EXEC_SET))
WANTED(has_faulted, slot->object->thread.is_bound && slot->object->thread.run == M_FAULTED &&
                        has(slot, RIGHT_THREAD_EXEC_SET))
WANTED(can_rank, slot->object->thread.is_bound &&has(slot, RIGHT_THREAD_SCHED_PRIORITY))
WANTED(is_poor, slot->object->thread.is_bound && slot->object->thread.budget == 0 &&
                    has(slot, RIGHT_THREAD_TIME_TARGET))
WANTED(takes_time, slot->object->thread.is_bound &&has(slot, RIGHT_THREAD_TIME_TARGET))
WANTED(gives_time, slot->object->thread.is_bound && slot->object->thread.budget != 0 &&
                       has(slot, RIGHT_THREAD_TIME_SOURCE))
WANTED(is_peer, slot->object->thread.is_bound && slot->object->thread.run == M_READY &&
                    slot->object->thread.priority == m.current->thread.priority &&
                    has(slot, RIGHT_THREAD_SWITCH))
WANTED(has_events, slot->object->thread.is_bound && slot->object->thread.events.count != 0 &&
                       has(slot, RIGHT_THREAD_SCHED_RECEIVE))
WANTED(can_debug, slot->object->thread.is_bound &&has(slot, RIGHT_THREAD_DEBUG))
WANTED(can_send, has(slot, RIGHT_SIGNAL_SEND))
WANTED(has_waiter, slot->object->signal.waiter != NULL && has(slot, RIGHT_SIGNAL_SEND))
WANTED(can_receive, slot->object->signal.waiter == NULL)
WANTED(has_signals, slot->object->signal.count != 0)
WANTED(takes_kernel, has(slot, RIGHT_SIGNAL_KERNEL_SEND))
WANTED(is_timer, slot->object == m.timer_endpoint)
WANTED(is_idle_port, slot->object->port.owner == NULL && has(slot, RIGHT_INVOCATION_ACTIVATE))
WANTED(can_set_port, slot->object->port.owner == NULL && has(slot, RIGHT_INVOCATION_SET))

/* Of slots, whatever they hold. */
static bool is_boot(const struct m_slot *slot)
{
    return slot->at < m.machine.kmem + BOOT_SLOTS * CAP_SLOT_BYTES;
}

WANTED(is_empty, slot->state == M_EMPTY)
WANTED(is_any, slot->state == M_VALID)
WANTED(is_frozen_leaf, slot->state == M_FROZEN && slot->is_leaf)
WANTED(is_leaf, slot->state == M_VALID && slot->is_leaf)
WANTED(is_waited_for, slot->state == M_VALID && slot->type == M_SIGNAL && !slot->is_leaf &&
                          slot->object->signal.waiter != NULL && slot->object->references == 0)
WANTED(is_unused, slot->state == M_VALID && !is_boot(slot) &&
                      (slot->is_leaf || (slot->object != NULL && slot->object->references == 0)))

static enum m_type frozen_type;
WANTED(is_frozen_root, slot->state == M_FROZEN && !slot->is_leaf && slot->type == frozen_type)

/* ---- Parts ---- */

static word_t table_for(wanted_t *wanted)
{
    return m_table() == m.boot_table && !one_in(3) ? BOOT_CAPTABLE : pick_id(M_CAPTABLE, wanted);
}

/* Free memory for an object of a kind, as an offset of a capability. */
static word_t offset_in(word_t memory_id, word_t bytes)
{
    const struct m_slot *memory = slot_of(memory_id);
    word_t span, offset = 0;

    if (memory == NULL || memory->type != M_KMEM || one_in(40))
        return random_any();
    span =
        memory->high - memory->low < profile.memory ? memory->high - memory->low : profile.memory;
    for (unsigned i = 0; i < 8; i++) {
        word_t first;

        offset = random_below(span / KMEM_GRANULE + 1) * KMEM_GRANULE;
        first = (memory->low + offset - m.machine.kmem) / KMEM_GRANULE;
        if (memory->low + offset - m.machine.kmem + bytes < m.machine.kmem_bytes &&
            m.owner[first] == NULL && m.owner[first + (bytes - 1) / KMEM_GRANULE] == NULL)
            break;
    }
    return one_in(40) ? offset + random_below(KMEM_GRANULE) : offset;
}

static word_t random_time(void)
{
    static const word_t amounts[] = {1, 2, 3, 10, 1000, 20000, 100000, 1000000, 1000000};

    if (one_in(8))
        return one_in(2) ? BUDGET_INFINITE : BUDGET_INIT;
    if (one_in(12))
        return BUDGET_INFINITE - 1 - random_below(3);
    return amounts[random_below(9)];
}

static word_t random_priority(void)
{
    return one_in(60) ? random_below(CONFIG_PRIORITIES + 2) : random_below(profile.priorities);
}

/* ---- Calls on tables ---- */

static void creation(word_t *w, enum m_type type, word_t bytes)
{
    static wanted_t *const memory[M_TYPES] = {[M_CAPTABLE] = holds_tables,
                                              [M_PAGETABLE] = holds_pagetables,
                                              [M_THREAD] = holds_threads,
                                              [M_PORT] = holds_ports};

    w[0] = table_for(can_create);
    w[1] = pick_slot(w[0], is_empty);
    if (memory[type] == NULL)
        return;
    w[2] = pick_id(M_KMEM, memory[type]);
    w[3] = offset_in(w[2], bytes);
}

static void deletion(word_t *w, enum m_type type)
{
    w[0] = table_for(can_delete);
    frozen_type = type;
    w[1] = pick_slot(w[0], is_frozen_root);
    if (one_in(12))
        w[1] = pick_slot(w[0], is_frozen_leaf);
}

static void cpt_crt(word_t *w)
{
    w[4] = 1 + random_below(profile.entries);
    creation(w, M_CAPTABLE, w[4] * CAP_SLOT_BYTES);
    if (one_in(40))
        w[4] = random_any();
    if (one_in(300))
        w[4] = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES + random_below(2);
}

static void cpt_frz(word_t *w)
{
    w[0] = table_for(can_freeze);
    w[1] = pick_slot(w[0], one_in(3)    ? is_leaf
                           : one_in(20) ? is_any
                           : one_in(20) ? is_waited_for
                                        : is_unused);
}

static void cpt_rem(word_t *w)
{
    w[0] = table_for(can_remove);
    w[1] = pick_slot(w[0], one_in(20) ? is_any : is_frozen_leaf);
}

static void narrow_kfunc(const struct m_slot *from, word_t *w)
{
    static const word_t functions[] = {RME_KFN_FLUSH,         RME_KFN_PGT_RAW,
                                       RME_KFN_INT_LOCAL_MOD, RME_KFN_INT_LOCAL_TRIG,
                                       RME_KFN_CPU_TICK,      RME_KFN_DEBUG_EXC_GET};
    word_t first = functions[random_below(6)], last = functions[random_below(6)];

    if (one_in(2)) {
        first = from->first;
        last = from->last & 0xFFFF;
    }
    w[4] = first << 16 | last;
    w[5] = one_in(2) ? from->low : random_below(4);
    w[6] =
        one_in(2) ? from->high : w[5] + random_below(3) + (one_in(3) ? random_below(3) << 16 : 0);
}

static void narrow(const struct m_slot *from, word_t *w)
{
    static const word_t all[M_TYPES] = {
        [M_KMEM] = RIGHTS_KMEM_ALL,           [M_CAPTABLE] = RIGHTS_CAPTABLE_ALL,
        [M_PAGETABLE] = RIGHTS_PAGETABLE_ALL, [M_PROCESS] = RIGHTS_PROCESS_ALL,
        [M_THREAD] = RIGHTS_THREAD_ALL,       [M_PORT] = RIGHTS_INVOCATION_ALL,
        [M_SIGNAL] = RIGHTS_SIGNAL_ALL};

    w[4] = from->rights;
    if (one_in(3))
        w[4] = (random_word() & all[from->type]);
    else if (one_in(2))
        w[4] &= random_word();
    if (from->type == M_KMEM) {
        word_t size = from->high - from->low;

        w[5] = one_in(2) ? 0 : random_below(size / KMEM_GRANULE) * KMEM_GRANULE;
        w[6] = one_in(2) ? size : w[5] + random_below(64) * KMEM_GRANULE + one_in(20);
    } else if (from->type == M_PAGETABLE) {
        w[5] = one_in(2) ? from->low : random_below(4);
        w[6] = one_in(2) ? from->high : w[5] + random_below(4);
    } else if (from->type == M_KFUNC) {
        narrow_kfunc(from, w);
    }
}

static void cpt_add(word_t *w)
{
    const struct m_slot *table, *from;

    w[0] = one_in(2) ? pick_id(M_CAPTABLE, can_add) : table_for(can_add);
    w[1] = pick_slot(w[0], is_empty);
    w[2] = table_for(can_give);
    w[3] = pick_slot(w[2], is_any);
    table = slot_of(w[2]);
    w[4] = w[5] = w[6] = 1;
    if (table == NULL || table->type != M_CAPTABLE || w[3] >= table->object->captable.entries)
        return;
    from = &table->object->captable.slots[w[3]];
    if (from->state == M_VALID)
        narrow(from, w);
}

/* ---- Page tables ---- */

enum { WINDOW = 0x20000, WINDOW_ORDER = 14 };

static void pgt_crt(word_t *w)
{
    word_t number = random_below(profile.is_tiny ? 4 : 6);
    word_t size = 5 + random_below((word_t)(WINDOW_ORDER - 4) - number);

    w[5] = size;
    w[6] = number;
    w[4] = WINDOW + ((random_below(4) << (size + number)) & (((word_t)1 << WINDOW_ORDER) - 1));
    if (one_in(6)) {
        w[4] = PAGETABLE_TOP;
        w[5] = WORD_BITS;
        w[6] = random_below(4);
    } else if (one_in(6)) {
        w[5] = 8 + random_below(6);
        w[6] = WINDOW_ORDER - w[5] < 4 ? WINDOW_ORDER - w[5] : random_below(4);
        w[4] = WINDOW | PAGETABLE_TOP;
    }
    creation(w, M_PAGETABLE, (CONFIG_RAW ? 0 : m_pagetable_bytes(w[4] & 1, w[5], w[6])) + 1);
}

static word_t position_in(const struct m_slot *cap)
{
    if (cap == NULL || cap->type != M_PAGETABLE || one_in(20))
        return one_in(4) ? random_any() : random_below(9);
    return random_below((word_t)1 << cap->object->pagetable.number_order);
}

static void pgt_add(word_t *w)
{
    const struct m_slot *to, *from;
    const struct m_pagetable *table, *source;
    word_t at;

    w[0] = pick_id(M_PAGETABLE, is_page_target);
    w[3] = pick_id(M_PAGETABLE, is_page_source);
    to = slot_of(w[0]);
    from = slot_of(w[3]);
    w[1] = position_in(to);
    w[4] = 0;
    w[2] = PAGE_READ | (random_word() & PAGE_FLAGS_ALL);
    if (to == NULL || to->type != M_PAGETABLE || from == NULL || from->type != M_PAGETABLE)
        return;
    table = &to->object->pagetable;
    source = &from->object->pagetable;
    if (table->size_order >= WORD_BITS || source->size_order >= WORD_BITS || one_in(20))
        return;
    at = table->base + (w[1] << table->size_order);
    if (source->number_order != 0)
        w[4] =
            ((at - source->base) >> source->size_order) & (((word_t)1 << source->number_order) - 1);
    w[5] = (at - source->base - (w[4] << source->size_order)) >> table->size_order;
    if (!one_in(8))
        w[2] = (w[2] & (source->flags | PAGE_STATIC)) | PAGE_READ;
    if (table->pages != 0 && !one_in(8))
        w[2] = table->flags;
}

static void pgt_rem(word_t *w)
{
    w[0] = pick_id(M_PAGETABLE, has_pages);
    w[1] = position_in(slot_of(w[0]));
}

static void pgt_con(word_t *w)
{
    const struct m_slot *parent, *child;

    w[0] = pick_id(M_PAGETABLE, is_parent);
    w[2] = pick_id(M_PAGETABLE, is_orphan);
    parent = slot_of(w[0]);
    child = slot_of(w[2]);
    w[1] = position_in(parent);
    w[3] = random_word() & PAGE_FLAGS_ALL;
    if (parent == NULL || parent->type != M_PAGETABLE || child == NULL ||
        child->type != M_PAGETABLE || one_in(8) ||
        parent->object->pagetable.size_order >= WORD_BITS)
        return;
    w[1] = (child->object->pagetable.base - parent->object->pagetable.base) >>
           parent->object->pagetable.size_order;
}

static void pgt_des(word_t *w)
{
    const struct m_slot *child;

    w[2] = pick_id(M_PAGETABLE, is_attached);
    child = slot_of(w[2]);
    w[0] = pick_id(M_PAGETABLE, is_parent);
    w[1] = position_in(slot_of(w[0]));
    if (child == NULL || child->type != M_PAGETABLE || one_in(10))
        return;
    w[1] = child->object->pagetable.position;
    for (unsigned i = 0; i < 12; i++) {
        const struct m_slot *parent = slot_of(w[0]);

        if (parent != NULL && parent->type == M_PAGETABLE &&
            parent->object == child->object->pagetable.parent)
            break;
        w[0] = pick_id(M_PAGETABLE, is_parent);
    }
}

/* ---- Processes and threads ---- */

static word_t raw_word(void)
{
    return one_in(4) ? random_any() : random_below(4) * 32;
}

static void prc_crt(word_t *w)
{
    creation(w, M_PROCESS, 0);
    w[2] = table_for(makes_process);
    w[3] = CONFIG_RAW ? raw_word() : pick_id(M_PAGETABLE, is_top);
    w[4] = CONFIG_RAW ? pick_id(M_KFUNC, NULL) : random_any();
}

static void prc_cpt(word_t *w)
{
    w[0] = pick_id(M_PROCESS, takes_captable);
    w[1] = table_for(is_process_table);
}

static void prc_pgt(word_t *w)
{
    w[0] = pick_id(M_PROCESS, takes_pagetable);
    w[1] = CONFIG_RAW ? raw_word() : pick_id(M_PAGETABLE, is_new_top);
    w[2] = CONFIG_RAW ? pick_id(M_KFUNC, NULL) : random_any();
}

static void thd_crt(word_t *w)
{
    creation(w, M_THREAD, m.machine.thread_bytes);
    w[4] = pick_id(M_PROCESS, is_home);
    w[5] = random_priority();
    w[6] = one_in(3) ? THREAD_FPU : 0;
    if (one_in(5))
        w[6] |= THREAD_GUEST;
    if (one_in(50))
        w[6] = random_any();
}

static void thd_sched_bind(word_t *w)
{
    const struct m_slot *thread;

    w[0] = pick_id(M_THREAD, is_unbound);
    w[1] = pick_id(M_THREAD, is_scheduler);
    w[2] = one_in(4) ? CAP_NULL : pick_id(M_SIGNAL, takes_kernel);
    w[3] = one_in(50) ? random_any() : random_below(16);
    w[4] = random_priority();
    w[5] = CAP_NULL;
    w[6] = 0;
    thread = slot_of(w[0]);
    if (thread == NULL || thread->type != M_THREAD)
        return;
    if (w[4] > thread->object->thread.priority_max && !one_in(8))
        w[4] = thread->object->thread.priority_max;
    if (!thread->object->thread.is_guest)
        return;
    w[5] = pick_id(M_KMEM, holds_guests);
    w[6] = random_below(8) * 128 + (one_in(8) ? random_below(64) : 0);
}

static void thd_exec_set(word_t *w)
{
    w[0] = pick_id(M_THREAD, one_in(2) ? has_faulted : can_start);
    w[1] = one_in(2) ? 0 : random_word();
    w[2] = random_word();
    w[3] = random_word();
}

static void thd_sched_prio(word_t *w)
{
    w[0] = 1 + random_below(4);
    w[5] = 0;
    for (unsigned i = 0; i < 4; i++) {
        const struct m_slot *slot;
        word_t priority = random_priority() & 0xFF;

        w[1 + i] = pick_id(M_THREAD, can_rank);
        slot = slot_of(w[1 + i]);
        if (slot != NULL && slot->type == M_THREAD && !one_in(16) &&
            priority > slot->object->thread.priority_max)
            priority = slot->object->thread.priority_max;
        w[5] |= priority << 8 * i;
    }
}

static void thd_time_xfer(word_t *w)
{
    w[0] = pick_id(M_THREAD, one_in(3) ? takes_time : is_poor);
    w[1] = pick_id(M_THREAD, gives_time);
    w[2] = one_in(60) ? random_any() : random_time();
}

static void thd_swt(word_t *w)
{
    w[0] = one_in(2) ? CAP_NULL : pick_id(M_THREAD, is_peer);
    w[1] = one_in(6);
}

/* ---- Endpoints, ports, functions ---- */

static void sig_snd(word_t *w)
{
    w[0] = pick_id(M_SIGNAL, one_in(2) ? has_waiter : can_send);
    w[1] = one_in(20) ? random_any() : random_below(4);
    if (one_in(30))
        w[1] = HALF_MAX;
}

static void sig_rcv(word_t *w)
{
    w[0] = pick_id(M_SIGNAL, one_in(3) ? has_signals : can_receive);
    w[1] = one_in(40) ? random_any() : random_below(4);
    if (m.current->thread.is_init && !one_in(8))
        w[1] |= SIGNAL_POLL_SINGLE; /* it may not wait */
    else if (!one_in(4))
        w[1] &= SIGNAL_RECEIVE_ALL;
}

static void inv_crt(word_t *w)
{
    creation(w, M_PORT, m.machine.port_bytes);
    w[4] = pick_id(M_PROCESS, is_server);
}

static void inv_set(word_t *w)
{
    w[0] = pick_id(M_PORT, can_set_port);
    w[1] = random_word();
    w[2] = random_word();
    w[3] = one_in(8) ? random_any() : random_below(2);
}

static void kfn(word_t *w)
{
    static const word_t functions[] = {
        RME_KFN_FLUSH,         RME_KFN_FLUSH_DONE,     RME_KFN_PGT_ENTRY_MOD,
        RME_KFN_INT_LOCAL_MOD, RME_KFN_INT_LOCAL_MOD,  RME_KFN_INT_LOCAL_TRIG,
        RME_KFN_INT_BIND,      RME_KFN_INT_BIND,       RME_KFN_TIMER_SET,
        RME_KFN_CPU_TICK,      RME_KFN_IDLE_SLEEP,     RME_KFN_DEBUG_REG_MOD,
        RME_KFN_DEBUG_REG_MOD, RME_KFN_DEBUG_EXC_GET,  RME_KFN_DEBUG_PRINT,
        RME_KFN_PGT_RAW,       RME_KFN_CACHE_MOD,      RME_KFN_PERF_CPU_FUNC,
        RME_KFN_PERF_MON_MOD,  RME_KFN_PERF_CYCLE_MOD, RME_KFN_CACHE_MAINT,
        RME_KFN_PRFTH_MOD};

    w[0] = pick_id(M_KFUNC, NULL);
    w[1] = functions[random_below(sizeof(functions) / sizeof(functions[0]))];
    w[2] = one_in(20) ? random_any() : 0;
    if (w[1] >= RME_KFN_INT_LOCAL_MOD && w[1] <= RME_KFN_INT_BIND)
        w[2] = random_below(4) + (one_in(12) ? 30 : 0);
    if (w[1] >= RME_KFN_DEBUG_REG_MOD)
        w[2] = random_below(18);
    w[3] = random_below(2);
    w[4] = random_below(2);
    if (w[1] == RME_KFN_INT_BIND || w[1] == RME_KFN_TIMER_SET)
        w[3] = one_in(4) ? CAP_NULL : pick_id(M_SIGNAL, takes_kernel);
    if (w[1] == RME_KFN_TIMER_SET) {
        w[3] = one_in(6) ? w[3] : pick_id(M_SIGNAL, is_timer);
        w[4] = one_in(20) ? random_any() : random_below(3) == 0 ? 0 : random_time() % 100000;
    }
    if (w[1] == RME_KFN_FLUSH_DONE)
        w[3] = m.flush_epoch - random_below(3) + 1;
    if (w[1] == RME_KFN_PGT_ENTRY_MOD) {
        w[3] = pick_id(M_PAGETABLE, NULL);
        w[4] = WINDOW + random_below((word_t)1 << WINDOW_ORDER);
        w[5] = random_below(4);
    }
    if (w[1] >= RME_KFN_DEBUG_REG_MOD) {
        w[3] = pick_id(M_THREAD, can_debug);
        w[4] = random_below(3);
        w[5] = random_word();
    }
}

static void good_words(word_t number, word_t *w)
{
    static void (*const words[RME_CALL_COUNT])(word_t * w) = {
        [RME_SVC_SIG_SND] = sig_snd,
        [RME_SVC_SIG_RCV] = sig_rcv,
        [RME_SVC_KFN] = kfn,
        [RME_SVC_THD_EXEC_SET] = thd_exec_set,
        [RME_SVC_THD_SCHED_PRIO] = thd_sched_prio,
        [RME_SVC_THD_TIME_XFER] = thd_time_xfer,
        [RME_SVC_THD_SWT] = thd_swt,
        [RME_SVC_CPT_CRT] = cpt_crt,
        [RME_SVC_CPT_FRZ] = cpt_frz,
        [RME_SVC_CPT_ADD] = cpt_add,
        [RME_SVC_CPT_REM] = cpt_rem,
        [RME_SVC_PGT_CRT] = pgt_crt,
        [RME_SVC_PGT_ADD] = pgt_add,
        [RME_SVC_PGT_REM] = pgt_rem,
        [RME_SVC_PGT_CON] = pgt_con,
        [RME_SVC_PGT_DES] = pgt_des,
        [RME_SVC_PRC_CRT] = prc_crt,
        [RME_SVC_PRC_CPT] = prc_cpt,
        [RME_SVC_PRC_PGT] = prc_pgt,
        [RME_SVC_THD_CRT] = thd_crt,
        [RME_SVC_THD_SCHED_BIND] = thd_sched_bind,
        [RME_SVC_INV_CRT] = inv_crt,
        [RME_SVC_INV_SET] = inv_set,
    };
    static const enum m_type deleted[RME_CALL_COUNT] = {
        [RME_SVC_CPT_DEL] = M_CAPTABLE, [RME_SVC_PGT_DEL] = M_PAGETABLE,
        [RME_SVC_PRC_DEL] = M_PROCESS,  [RME_SVC_THD_DEL] = M_THREAD,
        [RME_SVC_SIG_DEL] = M_SIGNAL,   [RME_SVC_INV_DEL] = M_PORT};

    if (words[number] != NULL)
        words[number](w);
    else if (deleted[number] != M_NONE)
        deletion(w, deleted[number]);
    else if (number == RME_SVC_INV_ACT)
        w[0] = pick_id(M_PORT, is_idle_port);
    else if (number == RME_SVC_THD_SCHED_FREE)
        w[0] = pick_id(M_THREAD, can_free);
    else if (number == RME_SVC_THD_SCHED_RCV)
        w[0] = pick_id(M_THREAD, has_events);
    else if (number == RME_SVC_SIG_CRT)
        creation(w, M_SIGNAL, 0);
}

/* ---- Steps ---- */

static word_t choose_call(void)
{
    static const uint8_t weights[RME_CALL_COUNT] = {
        [RME_SVC_INV_RET] = 4,        [RME_SVC_INV_ACT] = 8,        [RME_SVC_SIG_SND] = 10,
        [RME_SVC_SIG_RCV] = 6,        [RME_SVC_KFN] = 14,           [RME_SVC_THD_SCHED_FREE] = 2,
        [RME_SVC_THD_EXEC_SET] = 5,   [RME_SVC_THD_SCHED_PRIO] = 4, [RME_SVC_THD_TIME_XFER] = 12,
        [RME_SVC_THD_SWT] = 6,        [RME_SVC_CPT_CRT] = 3,        [RME_SVC_CPT_DEL] = 4,
        [RME_SVC_CPT_FRZ] = 12,       [RME_SVC_CPT_ADD] = 12,       [RME_SVC_CPT_REM] = 12,
        [RME_SVC_PGT_CRT] = 6,        [RME_SVC_PGT_DEL] = 4,        [RME_SVC_PGT_ADD] = 10,
        [RME_SVC_PGT_REM] = 4,        [RME_SVC_PGT_CON] = 8,        [RME_SVC_PGT_DES] = 4,
        [RME_SVC_PRC_CRT] = 4,        [RME_SVC_PRC_DEL] = 3,        [RME_SVC_PRC_CPT] = 2,
        [RME_SVC_PRC_PGT] = 3,        [RME_SVC_THD_CRT] = 8,        [RME_SVC_THD_DEL] = 4,
        [RME_SVC_THD_SCHED_BIND] = 8, [RME_SVC_THD_SCHED_RCV] = 6,  [RME_SVC_SIG_CRT] = 4,
        [RME_SVC_SIG_DEL] = 3,        [RME_SVC_INV_CRT] = 5,        [RME_SVC_INV_DEL] = 3,
        [RME_SVC_INV_SET] = 5,
    };
    static unsigned total;
    word_t at;

    if (total == 0)
        for (unsigned i = 0; i < RME_CALL_COUNT; i++)
            total += weights[i];
    if (one_in(300))
        return random_any();
    at = random_below(total);
    for (unsigned i = 0; i < RME_CALL_COUNT; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return 0;
}

/* What makes other threads run. */
static word_t choose_revival(void)
{
    static const word_t calls[] = {
        RME_SVC_THD_TIME_XFER, RME_SVC_THD_TIME_XFER,  RME_SVC_THD_EXEC_SET, RME_SVC_SIG_SND,
        RME_SVC_SIG_SND,       RME_SVC_THD_SCHED_BIND, RME_SVC_THD_CRT};

    return calls[random_below(sizeof(calls) / sizeof(calls[0]))];
}

static void call_step(struct step *step)
{
    step->number = m.current->thread.is_init && one_in(4) ? choose_revival() : choose_call();
    for (unsigned i = 0; i < 7; i++)
        step->words[i] = random_any();
    if (step->number < RME_CALL_COUNT && !one_in(40))
        good_words(step->number, step->words);
    if (one_in(16))
        step->words[random_below(7)] = random_any();
    if (step->number == RME_SVC_KFN && step->words[1] == RME_KFN_SYS_REBOOT)
        step->words[1] = RME_KFN_IDLE_SLEEP;
}

static void fault_step(struct step *step)
{
    static const word_t accesses[] = {0, PAGE_READ, PAGE_WRITE, PAGE_EXECUTE};

    step->kind = STEP_FAULT;
    step->words[0] = random_below(16);
    step->words[1] = WINDOW + random_below((word_t)1 << WINDOW_ORDER);
    if (one_in(4))
        step->words[1] = random_below(0x200000);
    step->words[2] = accesses[one_in(4) ? 0 : 1 + random_below(3)];
    if (one_in(4))
        step->words[3] = step->words[1] + random_below(8192);
}

/* The slot of an endpoint, by its place. */
static void poke_step(struct step *step)
{
    word_t limit = (word_t)1 << (WORD_BITS - 2), slack = (word_t)(CONFIG_CPUS_MAX - 1) * HALF_MAX;
    const struct m_slot *slot = slot_of(pick_id(M_SIGNAL, NULL));

    step->kind = STEP_ADVANCE;
    step->words[0] = 1;
    if (slot == NULL || slot->type != M_SIGNAL)
        return;
    step->kind = STEP_POKE;
    step->words[0] = slot->object->root->at - m.machine.kmem;
    step->words[1] = limit - slack - 1 - random_below(4);
    if (one_in(3))
        step->words[1] = random_below(4);
}

static word_t random_counts(void)
{
    static const word_t counts[] = {1, 2, 3, 4, 5, 10, 100, 1000, 10000, 100000};

    return one_in(2) ? counts[random_below(10)] : random_below(2000);
}

struct step generate_step(void)
{
    struct step step = {.kind = STEP_CALL, .is_hot = !one_in(3)};
    word_t choice = random_below(100);

    if (choice < 5) {
        step.kind = STEP_ADVANCE;
        step.words[0] = random_counts();
    } else if (choice < 8) {
        step.kind = STEP_INTERRUPT;
        step.words[0] = random_below(4);
    } else if (choice < 9) {
        fault_step(&step);
    } else if (choice < 13) {
        step.kind = STEP_USER;
        step.words[0] = random_word();
    } else if (choice < 14) {
        step.kind = STEP_AREA;
        step.words[0] = random_below(HALF_MAX);
        step.words[1] = random_word();
    } else if (choice < 15 && one_in(2)) {
        poke_step(&step);
    } else {
        call_step(&step);
    }
    return step;
}

/* Bytes of kernel memory up to the last object of boot. */
static word_t boot_end(void)
{
    word_t granule = M_GRANULES;

    while (granule > 0 && m.owner[granule - 1] == NULL)
        granule--;
    return granule * KMEM_GRANULE;
}

void generate_begin(uint64_t seed)
{
    random_seed(seed);
    profile = (struct profile){true, 3, 4, boot_end() + 6144};
    if (seed % 2 == 0)
        profile = (struct profile){false, CONFIG_PRIORITIES, 24, m.machine.kmem_bytes};
}
