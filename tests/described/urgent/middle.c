/* SPDX-License-Identifier: Unlicense
 *
 * The one in the middle: it spins from then on: below the high one, above the low one.
 */
#include "handles.h"
#include "tests/described/urgent/board.h"

int main(void)
{
    (void)nowhere;
    (void)rme_signal_receive(signal_spin, SIGNAL_RECEIVE_SINGLE);
    while (BOARD->is_over == 0)
        continue;
    return 0;
}
