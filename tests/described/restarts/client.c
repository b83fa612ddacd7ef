/* SPDX-License-Identifier: Unlicense
 *
 * The client of a process, which init tells that it has begun again.
 */
#include "handles.h"
#include "tests/described/restarts/restarts.h"

int main(void)
{
    for (;;) {
        (void)rme_signal_receive(signal_told, SIGNAL_RECEIVE_SINGLE);
        mark(shared_marks, MARK_TOLD);
    }
}
