/* SPDX-License-Identifier: Unlicense
 *
 * The worker: below the attacker, who begins when the worker has.
 */
#include "handles.h"
#include "tests/described/interference/interference.h"

static volatile word_t cells[16];

int main(void)
{
    struct orders *orders = (struct orders *)(void *)shared_orders;

    for (;;) {
        (void)rme_signal_receive(signal_chunk, SIGNAL_RECEIVE_SINGLE);
        mark(shared_marks, MARK_BEGUN);
        (void)rme_signal_send(signal_go, 1);
        for (word_t i = 0; i < 2000; i++)
            cells[i % 16] += i;
        mark(shared_marks, MARK_DONE);
        orders->is_done = 1;
    }
}
