/* SPDX-License-Identifier: Unlicense
 *
 * Uses each kind of grant once, and once beyond what was granted.
 */
#include "handles.h"
#include "rme/print.h"

enum { MILLISECOND = 21000 };

/* Runs until its budget is gone. */
void busy(word_t param)
{
    (void)param;
    for (;;)
        __asm__ volatile("");
}

void calm(word_t param)
{
    rme_print("calm runs with %zu\n", param);
}

static void use_timer(void)
{
    sword_t status = rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 0, signal_timer.id.raw,
                                    MILLISECOND, 0, 0);

    rme_print("timer: set %d, came %d\n", (int)status,
              (int)rme_signal_receive(signal_timer, SIGNAL_RECEIVE_ALL));
}

static void use_line(void)
{
    const rme_kfunc_t line = interrupt_timer;
    sword_t status = rme_kfunc_call(function_INT_LOCAL_TRIG, RME_KFN_INT_LOCAL_TRIG,
                                    interrupt_timer_line, 0, 0, 0, 0);

    rme_print("line: raised %d, came %d\n", (int)status,
              (int)rme_signal_receive(signal_tick, SIGNAL_RECEIVE_ALL));
    status = rme_kfunc_call(line, RME_KFN_INT_LOCAL_MOD, interrupt_timer_line, 1, 1, 0, 0);
    rme_print(
        "line: unmasked %d, another line %d\n", (int)status,
        (int)rme_kfunc_call(line, RME_KFN_INT_LOCAL_MOD, interrupt_timer_line + 1, 1, 1, 0, 0));
}

static void schedule(void)
{
    for (int i = 0; i < 2; i++) {
        sword_t signals = rme_signal_receive(signal_told, SIGNAL_RECEIVE_ALL);
        word_t event = (word_t)rme_thread_receive_event(thread_main);

        rme_print("scheduler: %d event, thread %zu, exhausted %d, gets more %d\n", (int)signals,
                  event & HALF_MAX, (event & EVENT_EXHAUSTED) != 0,
                  rme_thread_transfer_time(thread_busy, thread_main, MILLISECOND) > 0);
    }
}

int main(void)
{
    rme_heap[0] = 3;
    rme_heap[sizeof(rme_heap) - 1] = 4;
    rme_print("heap: %zu bytes, %d\n", sizeof(rme_heap),
              rme_heap[0] + rme_heap[1] + rme_heap[1023]);
    use_timer();
    use_line();
    schedule();
    (void)rme_signal_receive(signal_bell, SIGNAL_RECEIVE_ALL);
    return 7;
}
