/* SPDX-License-Identifier: Unlicense
 *
 * The clerk is refused everything once, by one thread after the other: the kernel reports eight
 * refusals of a thread in a second.
 */
#include "handles.h"
#include "rme/invoke.h"
#include "rme/print.h"

enum { NOTHING_HERE = 60, FAR_AWAY = 500, NO_CALL = 99, NO_FUNCTION = 0xABC };

static word_t count;

/* Waits where nobody else may. */
void waiter(word_t unused)
{
    (void)unused;
    (void)rme_signal_receive(signal_taken, SIGNAL_RECEIVE_SINGLE);
}

/* Stays inside a port. */
void holder(word_t unused)
{
    word_t value;

    (void)unused;
    (void)rme_invoke_hidden(port_other_hold, 0, &value);
}

void helper(word_t unused)
{
    (void)unused;
    for (;;)
        continue;
}

static void refused(sword_t status)
{
    if (status >= 0)
        rme_print("clerk: %zu was not refused\n", count);
    count++;
}

void signals(word_t unused)
{
    (void)unused;
    refused(rme_signal_send(signal_mute, 1));
    refused(rme_signal_send((rme_signal_t){{FAR_AWAY}}, 1));
    refused(rme_signal_send((rme_signal_t){{NOTHING_HERE}}, 1));
    refused(rme_signal_send((rme_signal_t){port_other_hold.id}, 1));
    refused(rme_signal_send(signal_open, HALF_MAX + 1));
}

void receivers(word_t unused)
{
    (void)unused;
    refused(rme_signal_receive(signal_taken, SIGNAL_RECEIVE_SINGLE));
    refused(rme_signal_receive(signal_open, 9));
    refused(rme_signal_receive(signal_kept, SIGNAL_RECEIVE_ALL));
    refused(rme_signal_receive((rme_signal_t){{FAR_AWAY}}, SIGNAL_POLL_ALL));
}

/* The last one is refused inside of the ninth port. */
void ports(word_t unused)
{
    word_t value = 0;

    (void)unused;
    refused(rme_invoke_hidden((rme_invocation_t){{FAR_AWAY}}, 0, &value));
    refused(rme_invoke_hidden((rme_invocation_t){signal_open.id}, 0, &value));
    refused(rme_invoke_hidden(port_other_hold, 0, &value));
    refused(rme_call(RME_SVC_INV_RET, 0, 0, 0, 0, 0, 0, 0));
    (void)rme_invoke_hidden(port_other_a, 0, &value);
    refused((sword_t)value);
}

void functions(word_t unused)
{
    (void)unused;
    refused(rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 1, signal_timer.id.raw, 1, 0, 0));
    refused(rme_kfunc_call(function_TIMER_SET, NO_FUNCTION, 0, 0, 0, 0, 0));
    refused(rme_kfunc_call(function_INT_LOCAL_MOD, RME_KFN_INT_LOCAL_MOD, 2, 0, 0, 0, 0));
    refused(rme_kfunc_call(function_INT_LOCAL_MOD, RME_KFN_INT_LOCAL_MOD, 0, 7, 0, 0, 0));
    refused(rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 0, signal_open.id.raw, 1, 0, 0));
    refused(rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 0, signal_timer.id.raw,
                           ~(word_t)0, 0, 0));
    refused(rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 0, FAR_AWAY, 1, 0, 0));
    refused(rme_kfunc_call((rme_kfunc_t){{FAR_AWAY}}, RME_KFN_TIMER_SET, 0, 0, 0, 0, 0));
}

void scheduler(word_t unused)
{
    const rme_thread_t none = rme_thread_null();

    (void)unused;
    refused(rme_thread_set_priorities(1, thread_helper, none, none, none, 7));
    refused(rme_thread_set_priorities(9, thread_helper, none, none, none, 1));
    refused(rme_thread_set_priorities(1, thread_scheduler, none, none, none, 1));
    refused(rme_thread_set_priorities(1, (rme_thread_t){signal_open.id}, none, none, none, 1));
    refused(rme_thread_switch(thread_helper, 0));
    refused(rme_thread_switch(thread_scheduler, 0));
    refused(rme_thread_switch((rme_thread_t){signal_open.id}, 0));
}

/* In the middle the helper's time is taken away. */
void giver(word_t unused)
{
    (void)unused;
    refused(rme_thread_receive_event((rme_thread_t){{FAR_AWAY}}));
    refused(rme_thread_receive_event(thread_helper));
    refused(rme_thread_transfer_time(thread_helper, thread_scheduler, 0));
    refused(rme_thread_transfer_time(thread_helper, (rme_thread_t){{FAR_AWAY}}, 1));
    refused(rme_thread_transfer_time(thread_scheduler, thread_low, 1));
    refused(rme_thread_transfer_time(thread_helper, thread_scheduler, BUDGET_INFINITE - 1));
    (void)rme_thread_transfer_time(thread_scheduler, thread_helper, BUDGET_INFINITE);
    refused(rme_thread_transfer_time(thread_scheduler, thread_helper, 1));
    refused(rme_thread_switch(thread_helper, 0));
}

void others(word_t unused)
{
    (void)unused;
    refused(rme_call(NO_CALL, 0, 0, 0, 0, 0, 0, 0));
    refused(rme_call(RME_SVC_CPT_FRZ, signal_open.id.raw, 0, 0, 0, 0, 0, 0));
    refused(rme_call(RME_SVC_THD_CRT, FAR_AWAY, 0, 0, 0, 0, 0, 0));
}

/* Below all: they have ended. */
int main(void)
{
    rme_print("clerk: refused %zu times\n", count);
    return 0;
}
