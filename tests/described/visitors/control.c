/* SPDX-License-Identifier: Unlicense
 *
 * Control is above all: it lets the visitor in, has the host crash, and looks twice.
 */
#include "handles.h"
#include "rme/invoke.h"
#include "rme/print.h"
#include "tests/described/visitors/board.h"

static const char *const visits[] = {"computes there", "waits there", "has gone on from there",
                                     "has gone on and sleeps", "cannot run"};

static void let_pass(word_t time)
{
    (void)rme_kfunc_call(function_TIMER_SET, RME_KFN_TIMER_SET, 0, signal_timer.id.raw, time, 0, 0);
    (void)rme_signal_receive(signal_timer, SIGNAL_RECEIVE_ALL);
}

static void say(const volatile struct board *board, const char *when)
{
    word_t value = 0;
    sword_t status = rme_invoke_hidden(port_host_add, 20, &value);

    rme_print("%s: life %zu of the host, which answers %d; the visitor is %s\n", when, board->lives,
              status == STATUS_OK ? (int)value : (int)status,
              board->is_home == 0             ? "inside"
              : board->status == STATUS_FAULT ? "at home, thrown out"
                                              : "at home, but how");
}

static void meet(volatile struct board *board, enum visit visit, word_t time)
{
    rme_print("a visitor that %s\n", visits[visit]);
    board->visit = visit;
    board->is_inside = board->is_home = board->is_over = 0;
    (void)rme_signal_send(signal_go, 1);
    let_pass(time);
    rme_print("it is %s\n", board->is_inside != 0 ? "inside" : "lost");
    (void)rme_signal_send(signal_crash, 1);
    if (visit == CANNOT_RUN)
        (void)rme_signal_send(signal_busy, 1);
    let_pass(time);
    say(board, "soon");
    board->is_over = 1;
    if (visit == SLEEPS)
        (void)rme_signal_send(signal_wake, 1);
    let_pass(time);
    say(board, "later");
}

void control(word_t time)
{
    volatile struct board *board = (struct board *)(void *)shared_board;

    for (enum visit visit = COMPUTES; visit < VISITS; visit++)
        meet(board, visit, time);
    rme_print("%zu lives of the host, each of which found %zu\n", board->lives, board->first);
}
