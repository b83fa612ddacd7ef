/* SPDX-License-Identifier: Unlicense
 *
 * The one that answers: its thread waits for signals, its port is run by whoever calls it.
 */
#include "handles.h"
#include "rme/print.h"

enum { LAST = 9 };

/* Run by the caller's thread, in this process. */
word_t square(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    message[1] += param * param;
    return param * param;
}

int main(void)
{
    sword_t signals;
    word_t all = 0;

    do {
        signals = rme_signal_receive(signal_bell, SIGNAL_RECEIVE_ALL);
        all += (word_t)signals;
        rme_print("pong: woken by %zu signals, %zu so far, in the frame stands '%s'\n",
                  (word_t)signals, all, (const char *)shared_frame);
    } while (signals != LAST);
    return (int)all;
}
