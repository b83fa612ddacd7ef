/* SPDX-License-Identifier: Unlicense
 *
 * The alarm: three steps in a row, each of which nobody of lower priority should delay.
 */
#include "handles.h"
#include "rme/invoke.h"
#include "tests/described/interference/interference.h"

static void ring(struct orders *orders, word_t unit)
{
    const word_t delay = unit * (FIRST_MOMENT + orders->moment) / MOMENTS_IN_UNIT;
    word_t value = 0;

    mark(shared_marks, MARK_ARMED);
    (void)rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 0, signal_timer.id.raw, delay, 0,
                         0);
    (void)rme_signal_receive(signal_timer, SIGNAL_RECEIVE_ALL);
    mark(shared_marks, MARK_WOKEN);
    (void)rme_invoke_hidden(port_server_square, delay, &value);
    mark(shared_marks, MARK_ANSWERED);
    (void)rme_signal_send(signal_follow, 1);
    orders->errors += value != delay * delay;
}

void alarm(word_t unit)
{
    struct orders *orders = (struct orders *)(void *)shared_orders;

    for (;;) {
        (void)rme_signal_receive(signal_start, SIGNAL_RECEIVE_SINGLE);
        ring(orders, unit);
        orders->is_done = 1;
    }
}
