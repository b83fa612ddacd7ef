/* SPDX-License-Identifier: Unlicense
 *
 * The visitor: it goes where it is sent, and says how it came home.
 */
#include "handles.h"
#include "rme/invoke.h"
#include "tests/described/visitors/board.h"

static rme_invocation_t port_of(word_t visit)
{
    switch (visit) {
    case WAITS:
        return port_host_wait;
    case WENT_ON:
    case SLEEPS:
        return port_host_go_on;
    default:
        return port_host_compute;
    }
}

int main(void)
{
    volatile struct board *board = (struct board *)(void *)shared_board;
    word_t value = 0;

    for (;;) {
        (void)rme_signal_receive(signal_go, SIGNAL_RECEIVE_SINGLE);
        board->status = rme_invoke_hidden(port_of(board->visit), board->visit, &value);
        board->is_home = 1;
    }
}
