/* SPDX-License-Identifier: Unlicense
 *
 * The words of calls on threads, endpoints and ports, and of kernel functions.
 */
#include "tests/model/words.h"

#include "tests/model/random.h"

WANTED(holds_guests, has(slot, RIGHT_KMEM_GUEST))
WANTED(is_home, has(slot, RIGHT_PROCESS_THREAD))
WANTED(is_server, has(slot, RIGHT_PROCESS_INVOCATION))
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
WANTED(lacks_kernel, !has(slot, RIGHT_SIGNAL_KERNEL_SEND))
WANTED(takes_kernel, has(slot, RIGHT_SIGNAL_KERNEL_SEND))
WANTED(is_timer, slot->object == m.timer_endpoint)
WANTED(is_idle_port, slot->object->port.owner == NULL && has(slot, RIGHT_INVOCATION_ACTIVATE))
WANTED(can_set_port, slot->object->port.owner == NULL && has(slot, RIGHT_INVOCATION_SET))

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
        RME_KFN_PRFTH_MOD,     RME_KFN_IO_READ,        RME_KFN_IO_WRITE,
        RME_KFN_INT_MESSAGE};

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
        w[3] = one_in(4) ? CAP_NULL : pick_id(M_SIGNAL, one_in(8) ? lacks_kernel : takes_kernel);
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

void good_words(word_t number, word_t *w)
{
    static void (*const words[RME_CALL_COUNT])(word_t * w) = {
        [RME_SVC_SIG_SND] = sig_snd,
        [RME_SVC_SIG_RCV] = sig_rcv,
        [RME_SVC_KFN] = kfn,
        [RME_SVC_THD_EXEC_SET] = thd_exec_set,
        [RME_SVC_THD_SCHED_PRIO] = thd_sched_prio,
        [RME_SVC_THD_TIME_XFER] = thd_time_xfer,
        [RME_SVC_THD_SWT] = thd_swt,
        [RME_SVC_CPT_CRT] = words_cpt_crt,
        [RME_SVC_CPT_FRZ] = words_cpt_frz,
        [RME_SVC_CPT_ADD] = words_cpt_add,
        [RME_SVC_CPT_REM] = words_cpt_rem,
        [RME_SVC_PGT_CRT] = words_pgt_crt,
        [RME_SVC_PGT_ADD] = words_pgt_add,
        [RME_SVC_PGT_REM] = words_pgt_rem,
        [RME_SVC_PGT_CON] = words_pgt_con,
        [RME_SVC_PGT_DES] = words_pgt_des,
        [RME_SVC_PRC_CRT] = words_prc_crt,
        [RME_SVC_PRC_CPT] = words_prc_cpt,
        [RME_SVC_PRC_PGT] = words_prc_pgt,
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
