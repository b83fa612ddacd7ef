/* SPDX-License-Identifier: Unlicense
 *
 * The scheduler: three bandwidth servers. At the end of each period it hears which workers have
 * used all that they had, and gives each its share of the next one. What is left of a share is
 * taken back: nobody saves.
 */
#include "rme/assert.h"
#include "shop.h"

enum { RESERVE = 10 /* per cent of a period that nobody is given: the scheduler's and main's */ };

const unsigned char shares[POLICIES][WORKERS] = {{50, 30, 20}, {20, 30, 50}, {0, 75, 25}};
volatile word_t exhausted;

static void wait_until_the_end(word_t period)
{
    rme_assert(rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 0, signal_timer.id.raw, period,
                              0, 0) == STATUS_OK);
    rme_assert(rme_signal_receive(signal_timer, SIGNAL_RECEIVE_ALL) > 0);
}

static word_t count_exhausted(void)
{
    word_t count = 0;
    sword_t event;

    while ((event = rme_thread_receive_event(thread_scheduler)) >= 0)
        count += ((word_t)event & EVENT_EXHAUSTED) != 0 ? 1 : 0;
    return count;
}

static void fill_up(rme_thread_t worker, word_t time)
{
    /* A worker that has no time has none to give back. */
    sword_t status = rme_thread_transfer_time(thread_scheduler, worker, BUDGET_INFINITE);

    rme_assert(status > 0 || status == STATUS_STATE);
    if (time != 0)
        rme_assert(rme_thread_transfer_time(worker, thread_scheduler, time) == (sword_t)time);
}

/* The last policy holds for ever. */
static const unsigned char *shares_after(word_t periods)
{
    return shares[periods / PERIODS < POLICIES ? periods / PERIODS : POLICIES - 1];
}

/* Begins with the time that init gave, and the end of a period. */
void scheduler(word_t param)
{
    const rme_thread_t workers[WORKERS] = {thread_a, thread_b, thread_c};
    const word_t period = param;

    for (word_t n = 0;; n++) {
        wait_until_the_end(period);
        exhausted = count_exhausted();
        (void)rme_signal_send(signal_period_over, 1);
        for (word_t i = 0; i < WORKERS; i++)
            fill_up(workers[i], period / 100 * (100 - RESERVE) * shares_after(n)[i] / 100);
    }
}
