/* SPDX-License-Identifier: Unlicense
 *
 * The third: above the visitor, so that he cannot run while it does.
 */
#include "handles.h"
#include "tests/described/visitors/board.h"

int main(void)
{
    volatile struct board *board = (struct board *)(void *)shared_board;

    for (;;) {
        (void)rme_signal_receive(signal_busy, SIGNAL_RECEIVE_SINGLE);
        while (board->is_over == 0)
            continue;
    }
}
