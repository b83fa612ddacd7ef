/* SPDX-License-Identifier: Unlicense
 *
 * A member of the ring; which one, its description says by options.
 */
#include "handles.h"
#include "rme/assert.h"
#include "rme/print.h"

static word_t sum;

/* Run by the one before: what it has so far, and one's own number. */
word_t add(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    sum = param + NUMBER;
    return sum;
}

int main(void)
{
    word_t value;

    if (NUMBER != 1)
        rme_assert(rme_signal_receive(MINE, SIGNAL_RECEIVE_SINGLE) == 1);
    rme_assert(rme_invocation_activate(ASK, sum, &value) == STATUS_OK);
    rme_print("member %d: had %zu, the next one has %zu\n", NUMBER, sum, value);
    if (NUMBER != LAST)
        rme_assert(rme_signal_send(NEXT, 1) == STATUS_OK);
    return 0;
}
