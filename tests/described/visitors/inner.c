/* SPDX-License-Identifier: Unlicense
 *
 * The process into which the visitor goes on.
 */
#include "handles.h"
#include "tests/described/visitors/board.h"

word_t sleep(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    volatile struct board *board = (struct board *)(void *)shared_board;

    (void)message;
    board->is_inside = 1;
    (void)rme_signal_receive(signal_wake, SIGNAL_RECEIVE_SINGLE);
    return param;
}

word_t work(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    volatile struct board *board = (struct board *)(void *)shared_board;

    (void)message;
    board->is_inside = 1;
    while (board->is_over == 0)
        param++;
    return param;
}
