/* SPDX-License-Identifier: Unlicense
 *
 * The follower: woken by the alarm, in a process of its own.
 */
#include "handles.h"
#include "tests/described/interference/interference.h"

int main(void)
{
    for (;;) {
        (void)rme_signal_receive(signal_follow, SIGNAL_RECEIVE_SINGLE);
        mark(shared_marks, MARK_FOLLOWED);
    }
}
