/* SPDX-License-Identifier: Unlicense
 *
 * The high one: its first life ends while the low one is being begun anew, its second one tells.
 */
#include "handles.h"
#include "rme/print.h"
#include "tests/described/urgent/board.h"

void high(word_t time)
{
    if (++BOARD->lives_of_high == 1) {
        (void)rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 0, signal_timer.id.raw, time, 0,
                             0);
        (void)rme_signal_receive(signal_timer, SIGNAL_RECEIVE_ALL);
        BOARD->seen = BOARD->is_faulting != 0 ? BOARD->lives_of_low : 0;
        (void)rme_signal_send(signal_spin, 1);
        (void)*(volatile word_t *)nowhere;
    }
    rme_print("high: I live again, the low one %s\n",
              BOARD->seen == 1 ? "was being begun anew" : "was at something else");
    BOARD->is_over = 1;
}
