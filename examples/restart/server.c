/* SPDX-License-Identifier: Unlicense
 *
 * The process that crashes. Its variables are those of the program each time that it begins.
 */
#include "handles.h"
#include "rme/print.h"

static word_t lives = 10;            /* data: restored */
static word_t calls;                 /* zeros: cleared */
static volatile word_t nowhere = 64; /* an address of nobody */

word_t count(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)param;
    message[1] = lives++;
    return ++calls;
}

/* Whoever comes here waits for a signal that nobody sends. */
word_t stay(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    (void)rme_signal_receive(signal_never, SIGNAL_RECEIVE_SINGLE);
    rme_print("server: this line is never reached\n");
    return param;
}

int main(void)
{
    rme_print("server: I begin with lives %zu and calls %zu, and crash\n", lives, calls);
    *(volatile word_t *)nowhere = lives;
    return 0;
}
