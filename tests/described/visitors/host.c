/* SPDX-License-Identifier: Unlicense
 *
 * The host: it crashes when it is told to, whoever is inside.
 */
#include "handles.h"
#include "rme/invoke.h"
#include "tests/described/visitors/board.h"

static volatile word_t kept = FIRST; /* data: restored */
static volatile word_t nowhere = 64; /* an address where nobody has memory */

static volatile struct board *board(void)
{
    return (struct board *)(void *)shared_board;
}

word_t add(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    return param + kept;
}

word_t compute(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    kept = 0;
    board()->is_inside = 1;
    for (;;)
        param = param * 31 + 1;
}

word_t wait(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    board()->is_inside = 1;
    (void)rme_signal_receive(signal_never, SIGNAL_RECEIVE_SINGLE);
    return param;
}

/* What the inner process gives comes back to memory that is gone. */
word_t go_on(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    word_t value = 0;

    (void)message;
    (void)rme_invoke_hidden(param == SLEEPS ? port_inner_sleep : port_inner_work, param, &value);
    return value;
}

int main(void)
{
    board()->lives++;
    board()->first = kept;
    (void)rme_signal_receive(signal_crash, SIGNAL_RECEIVE_SINGLE);
    *(volatile word_t *)nowhere = 1;
    return 0;
}
