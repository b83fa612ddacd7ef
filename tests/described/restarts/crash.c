/* SPDX-License-Identifier: Unlicense
 *
 * A process that crashes when it is told to.
 */
#include "handles.h"
#include "tests/described/restarts/restarts.h"

static volatile word_t nowhere = 64; /* an address where nobody has memory */

int main(void)
{
    mark(shared_marks, MARK_LIVES);
    (void)rme_signal_receive(GO, SIGNAL_RECEIVE_SINGLE);
    return (int)*(volatile word_t *)nowhere;
}
