/* SPDX-License-Identifier: Unlicense
 *
 * The one that asks: it rings, which wakes pong at once, and walks through pong's port.
 */
#include "handles.h"
#include "rme/assert.h"
#include "rme/print.h"

enum { ROUNDS = 9 };

int main(void)
{
    word_t sum = 0;

    for (word_t i = 1; i <= ROUNDS; i++) {
        word_t message[RME_MESSAGE_WORDS] = {i, sum};
        word_t value;

        (void)rme_format((char *)shared_frame, sizeof(shared_frame), "round %zu of %d", i, ROUNDS);
        rme_assert(rme_signal_send(signal_bell, i) == STATUS_OK);
        rme_assert(rme_invoke_message(port_pong_square, message, &value) == STATUS_OK);
        sum += value;
        rme_print("ping: the square of %zu is %zu, and pong says that the sum is %zu\n", i, value,
                  message[1]);
    }
    rme_print("ping: 1 + 4 + ... + 81 is %zu\n", sum);
    /* It may send there, not receive. */
    rme_assert(rme_signal_receive(signal_bell, SIGNAL_POLL_ALL) == STATUS_RIGHTS);
    rme_print("ping: I may not receive what I send\n");
    return 0;
}
