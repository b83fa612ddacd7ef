/* SPDX-License-Identifier: Unlicense
 *
 * Control has each process crash in turn, the last of which takes the machine with it. It has the
 * lowest priority, so that it goes on when there is nothing left to do for the others.
 */
#include "handles.h"
#include "tests/described/restarts/restarts.h"

static void crash(enum policy policy)
{
    const rme_signal_t go[POLICIES] = {signal_go_at_once, signal_go_tells, signal_go_waits,
                                       signal_go_stops, signal_go_reboots};

    (void)((const volatile unsigned char *)shared_marks)[LABELS + (word_t)policy];
    (void)rme_signal_send(go[policy], 1);
    mark(shared_marks, MARK_BELOW);
    if (policy != WAITS)
        return;
    while (rme_signal_receive(signal_back, SIGNAL_POLL_ALL) <= 0)
        continue;
}

int main(void)
{
    for (enum policy policy = AT_ONCE; policy < POLICIES; policy++)
        crash(policy);
    return 0;
}
