/* SPDX-License-Identifier: Unlicense
 *
 * Frames that cannot be unstacked any more, for tests/system/invocations.c: included where that has
 * its levels.
 */
#pragma once

#include "test/map.h"

enum {
    CAUSE_UNSTACKING = 1 << 3, /* MUNSTKERR. Arm DDI 0403E, B3.2.15 */
    PAGE_STACK = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_STATIC,
};

static struct lab_map stack_page(unsigned i)
{
    return (struct lab_map){lab_page(i), 12, 0, 1, PAGE_STACK};
}

/* Two levels whose stacks are pages of their own, and a third that waits meanwhile. */
static struct lab_end lose_frames(bool first_asks)
{
    const struct lab_map first = stack_page(1), second = stack_page(2);
    struct lab_end end;

    prepare(DEPTH < 3 ? DEPTH : 3, DEED_WAIT);
    (void)lab_attach(&server, 1, &first);
    (void)lab_attach(&other, 2, &second);
    set_port(0, serve, rme_stack_prepare((void *)lab_page(1), 1 << 12), first_asks);
    set_port(1, serve, rme_stack_prepare((void *)lab_page(2), 1 << 12), true);
    (void)lab_run(&caller, dive, 0);
    rme_assert(rme_pagetable_remove(lab_attached(1), 0) == STATUS_OK);
    rme_assert(rme_pagetable_remove(lab_attached(2), 0) == STATUS_OK);
    (void)rme_signal_send(gate, 1);
    end = lab_look(&caller);
    lab_detach(&server, 1);
    lab_detach(&other, 2);
    return end;
}

static void lost_stacks(void)
{
    struct lab_end end;

    if (DEPTH < 3) {
        tap_skip("frames that go away", "this build has less than three levels");
        return;
    }
    end = lose_frames(true);
    tap_check(reached == 3 && waited == 1, "the callee of the third level was inside");
    tap_check(end.how == LAB_PARKED && statuses[0] == STATUS_FAULT && statuses[1] == 1000,
              "two frames that cannot be unstacked are two forced returns");
    tap_check(is_idle(0) && is_idle(1) && is_idle(2), "and all ports are idle");
    end = lose_frames(false);
    tap_check(end.how == LAB_FAULTED && statuses[0] == 1000,
              "where a port does not ask for it the thread stops");
    if (lab_has_debug())
        tap_check(end.cause == CAUSE_UNSTACKING, "for what could not be unstacked");
    (void)lab_run(&caller, rest, 0);
}
