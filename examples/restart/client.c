/* SPDX-License-Identifier: Unlicense
 *
 * The client: it has the higher priority, so that it calls before the server crashes.
 */
#include "handles.h"
#include "rme/assert.h"
#include "rme/print.h"

enum { LIVES = 3 };

int main(void)
{
    for (word_t i = 0; i <= LIVES; i++) {
        word_t message[RME_MESSAGE_WORDS] = {0}, value;

        for (int n = 0; n < 2; n++) {
            rme_assert(rme_invoke_message(port_server_count, message, &value) == STATUS_OK);
            rme_print("client: call %zu, lives %zu\n", value, message[1]);
        }
        rme_print("client: journey %zu, from where I do not come back by myself\n", i + 1);
        rme_assert(rme_invoke_hidden(port_server_stay, 0, &value) == STATUS_FAULT);
        rme_print("client: thrown out of the server with FAULT, after %zu calls\n", 2 * (i + 1));
        if (i < LIVES)
            (void)rme_signal_receive(signal_again, SIGNAL_RECEIVE_SINGLE);
    }
    rme_print("client: it crashed once too often\n");
    return 0;
}
