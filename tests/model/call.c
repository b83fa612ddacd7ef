/* SPDX-License-Identifier: Unlicense
 *
 * A call of the running thread, from its registers to whoever runs next.
 */
#include "tests/model/model.h"

#include <string.h>

static m_handler_t *const handlers[RME_CALL_COUNT] = {
    [RME_SVC_INV_RET] = m_inv_ret,
    [RME_SVC_INV_ACT] = m_inv_act,
    [RME_SVC_SIG_SND] = m_sig_snd,
    [RME_SVC_SIG_RCV] = m_sig_rcv,
    [RME_SVC_KFN] = m_kfn,
    [RME_SVC_THD_SCHED_FREE] = m_thd_sched_free,
    [RME_SVC_THD_EXEC_SET] = m_thd_exec_set,
    [RME_SVC_THD_SCHED_PRIO] = m_thd_sched_prio,
    [RME_SVC_THD_TIME_XFER] = m_thd_time_xfer,
    [RME_SVC_THD_SWT] = m_thd_swt,
    [RME_SVC_CPT_CRT] = m_cpt_crt,
    [RME_SVC_CPT_DEL] = m_cpt_del,
    [RME_SVC_CPT_FRZ] = m_cpt_frz,
    [RME_SVC_CPT_ADD] = m_cpt_add,
    [RME_SVC_CPT_REM] = m_cpt_rem,
    [RME_SVC_PGT_CRT] = m_pgt_crt,
    [RME_SVC_PGT_DEL] = m_pgt_del,
    [RME_SVC_PGT_ADD] = m_pgt_add,
    [RME_SVC_PGT_REM] = m_pgt_rem,
    [RME_SVC_PGT_CON] = m_pgt_con,
    [RME_SVC_PGT_DES] = m_pgt_des,
    [RME_SVC_PRC_CRT] = m_prc_crt,
    [RME_SVC_PRC_DEL] = m_prc_del,
    [RME_SVC_PRC_CPT] = m_prc_cpt,
    [RME_SVC_PRC_PGT] = m_prc_pgt,
    [RME_SVC_THD_CRT] = m_thd_crt,
    [RME_SVC_THD_DEL] = m_thd_del,
    [RME_SVC_THD_SCHED_BIND] = m_thd_sched_bind,
    [RME_SVC_THD_SCHED_RCV] = m_thd_sched_rcv,
    [RME_SVC_SIG_CRT] = m_sig_crt,
    [RME_SVC_SIG_DEL] = m_sig_del,
    [RME_SVC_INV_CRT] = m_inv_crt,
    [RME_SVC_INV_DEL] = m_inv_del,
    [RME_SVC_INV_SET] = m_inv_set,
};

unsigned long m_reached[RME_CALL_COUNT][STATUS_COUNT];
unsigned long m_reached_function[M_FUNCTIONS][STATUS_COUNT];

static unsigned status_of(sword_t result)
{
    return result < 0 && result > -STATUS_COUNT ? (unsigned)-result : 0;
}

void m_note(word_t number, sword_t result)
{
    if (number < RME_CALL_COUNT)
        m_reached[number][status_of(result)]++;
}

static void note_function(word_t function, sword_t result)
{
    if (function - RME_KFN_FLUSH < M_FUNCTIONS)
        m_reached_function[function - RME_KFN_FLUSH][status_of(result)]++;
}

static bool is_known(word_t number)
{
    bool is_paging = number >= RME_SVC_PGT_CRT && number <= RME_SVC_PGT_DES;

    return number < RME_CALL_COUNT && !(CONFIG_RAW && is_paging);
}

void m_call(word_t number, const word_t words[7])
{
    struct m_object *self = m.current;
    sword_t result = STATUS_UNKNOWN_CALL;

    self->thread.registers.block[0] = number;
    memcpy(&self->thread.registers.block[1], words, 7 * sizeof(word_t));
    if (is_known(number))
        result = handlers[number](words);
    m_note(number, result);
    if (number == RME_SVC_KFN)
        note_function(words[1], result);
    if (result != M_NO_RESULT)
        self->thread.registers.result = (word_t)result;
    m_leave();
}
