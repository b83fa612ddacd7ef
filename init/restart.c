/* SPDX-License-Identifier: Unlicense */
#include "init/restart.h"

#include "init/make.h"
#include "init/mender.h"
#include "init/time.h"
#include "rme/print.h"

/* Tries until visitors must have left, with a step of the clock between them or without; how long
 * that step is, and how finely windows count. */
enum { PATIENCE = 100, PATIENCE_WITHOUT_CLOCK = 10000, FINE_US = 1000, COARSE_US = 100000 };

static rme_signal_t daemon_events;
static volatile word_t is_asked; /* by the mender: that the listener look after the timer */

void restart_start(rme_signal_t events)
{
    daemon_events = events;
}

static bool has_clock(void)
{
    return (table->flags & BOOT_TIMER_IS_FREE) != 0;
}

static void ask_for_time(void)
{
    if (!has_clock())
        return;
    is_asked = true;
    (void)rme_signal_send(daemon_events, 1);
}

static rme_process_t handle_of(word_t i)
{
    return (rme_process_t){{table_process(i)->id}};
}

/* ---- Halt ---- */

/* A thread that is inside another process leaves it: EXEC_SET ends its invocations. Then it leaves
 * its CPU; those that it schedules must have gone before. */
static void stop_threads(const struct boot_process *process)
{
    for (int is_scheduler = 0; is_scheduler < 2; is_scheduler++)
        for (word_t i = process->thread; i < process->thread + process->threads; i++) {
            const struct boot_thread *thread = table_thread(i);
            const rme_thread_t handle = {{thread->id}};

            if ((thread->scheduler == BOOT_THREAD) != is_scheduler)
                continue;
            (void)rme_thread_exec_set(handle, thread->entry, thread->stack, 0);
            (void)rme_thread_free(handle);
            *event_of(i) = 0; /* what was noted of its life so far */
        }
}

/* Whoever waits in this process waits at a signal that it receives. */
static void wake_visitors(word_t process)
{
    const struct boot_capability *each = table_section(table->capabilities);
    const word_t receive = RIGHT_SIGNAL_RECEIVE_SINGLE | RIGHT_SIGNAL_RECEIVE_ALL;

    for (word_t i = 0; i < table->capabilities.count; i++)
        if (each[i].process == process && each[i].is_signal != 0 && (each[i].rights & receive) != 0)
            (void)rme_signal_send((rme_signal_t){{each[i].source}}, 1);
}

static void drain_signals(word_t process)
{
    const struct boot_capability *each = table_section(table->capabilities);
    const word_t receive = RIGHT_SIGNAL_RECEIVE_SINGLE | RIGHT_SIGNAL_RECEIVE_ALL;

    for (word_t i = 0; i < table->capabilities.count; i++)
        if (each[i].process == process && each[i].is_signal != 0 && (each[i].rights & receive) != 0)
            (void)rme_signal_receive((rme_signal_t){{each[i].source}}, SIGNAL_POLL_ALL);
}

static void halt(word_t i)
{
    const struct boot_process *process = table_process(i);

    stop_threads(process);
    if (process->ports == 0)
        return;
    (void)rme_process_set_pagetable(handle_of(i), (rme_pagetable_t){{table->nowhere}},
                                    rme_kfunc_null());
    wake_visitors(i);
}

/* ---- Begin ---- */

static void let_go(const struct boot_process *process)
{
    for (int is_late = 0; is_late < 2; is_late++)
        for (word_t i = process->thread; i < process->thread + process->threads; i++)
            if ((table_thread(i)->scheduler != BOOT_THREAD) == is_late)
                make_run(i, daemon_events);
}

/* False: somebody is still inside one of its ports. */
static bool begin(word_t i)
{
    const struct boot_process *process = table_process(i);

    if (!make_fresh(process))
        return false;
    (void)rme_process_set_pagetable(handle_of(i), (rme_pagetable_t){{process->space}},
                                    rme_kfunc_null());
    drain_signals(i);
    rme_print("init: process %s begins again\n", table_name(process->name));
    let_go(process);
    if (process->tell != CAP_NULL)
        (void)rme_signal_send((rme_signal_t){{process->tell}}, 1);
    return true;
}

static void give_up(word_t i)
{
    rme_print("init: process %s is stopped\n", table_name(table_process(i)->name));
    state_of(i)->has_ended = 1;
}

/* ---- Policy ---- */

/* Without a timer for a short time only, which is until all others have nothing to do. */
static void wait_for(struct state *state, word_t time)
{
    if (has_clock()) {
        state->wait = time;
        ask_for_time();
    } else {
        state->is_due = state->is_last = true; /* which the mender sees */
    }
}

static void plan(word_t i)
{
    const struct boot_process *process = table_process(i);
    struct state *state = state_of(i);
    word_t doubled = process->back_off;

    if (state->restarts++ >= process->limit) {
        give_up(i);
        return;
    }
    if (process->within != BOOT_TIME_INFINITE && state->window == 0)
        state->window = process->within;
    for (word_t n = 1; n < state->restarts && doubled <= process->within / 2; n++)
        doubled *= 2;
    if (process->back_off == 0 && begin(i))
        return;
    state->patience = has_clock() ? PATIENCE : PATIENCE_WITHOUT_CLOCK;
    wait_for(state, process->back_off == 0 ? FINE_US : doubled);
}

void restart_after_fault(word_t i)
{
    const struct boot_process *process = table_process(i);

    if (process->policy == BOOT_REBOOT) {
        rme_print("init: the machine begins again\n");
        (void)rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_SYS_REBOOT, 0, 0, 0, 0, 0);
    }
    halt(i);
    if (process->policy == BOOT_RESTART)
        plan(i);
    else
        give_up(i);
    ask_for_time(); /* restarts are counted */
}

void restart_try(word_t i)
{
    struct state *state = state_of(i);

    state->is_due = state->is_last = false;
    if (begin(i))
        return;
    if (--state->patience == 0) {
        give_up(i);
        return;
    }
    wait_for(state, FINE_US);
}

void restart_end(word_t i)
{
    stop_threads(table_process(i));
    state_of(i)->has_ended = 1;
}

static word_t less(word_t time, word_t passed)
{
    return time > passed ? time - passed : 0;
}

/* A process that waits is not forgiven meanwhile. */
static void pass(word_t i, word_t time)
{
    struct state *state = state_of(i);

    state->window = less(state->window, time);
    if (state->window == 0 && state->wait == 0 && table_process(i)->within != BOOT_TIME_INFINITE)
        state->restarts = 0;
    if (state->wait == 0)
        return;
    state->wait = less(state->wait, time);
    if (state->wait == 0) {
        state->is_due = true;
        mender_call(i);
    }
}

void restart_pass(word_t time)
{
    bool is_waiting = false, is_counting = false;

    if (time == 0 && !is_asked)
        return;
    is_asked = false;
    for (word_t i = 0; i < table->processes.count; i++) {
        if (time != 0)
            pass(i, time);
        is_waiting |= state_of(i)->wait != 0;
        is_counting |= state_of(i)->window != 0;
    }
    if (is_waiting || is_counting)
        time_arm(is_waiting ? FINE_US : COARSE_US);
}
