/* SPDX-License-Identifier: Unlicense
 *
 * Stacks that go away while a call is inside, for tests/system/invocations.c: included where that
 * has its levels. The kernel has nothing on them: each level finds out by itself, when it uses its
 * stack, and that is a fault like any other.
 */
#pragma once

enum { CAUSE_PAGE = 14, PAGE_STACK = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER };

/* Two levels whose stacks are pages of their own, and a third that waits meanwhile. */
static struct lab_end lose_stacks(bool first_asks)
{
    struct lab_end end;

    prepare(DEPTH < 3 ? DEPTH : 3, DEED_WAIT);
    lab_map_page(&server, 1, lab_page(1), PAGE_STACK);
    lab_map_page(&other, 2, lab_page(2), PAGE_STACK);
    set_port(0, serve, rme_stack_prepare((void *)lab_page(1), 1 << 12), first_asks);
    set_port(1, serve, rme_stack_prepare((void *)lab_page(2), 1 << 12), true);
    (void)lab_run(&caller, dive, 0);
    lab_unmap_page(&server, 1);
    lab_unmap_page(&other, 2);
    (void)rme_signal_send(gate, 1);
    end = lab_look(&caller);
    return end;
}

static void lost_stacks(void)
{
    struct lab_end end;

    if (DEPTH < 3) {
        tap_skip("stacks that go away", "this build has less than three levels");
        return;
    }
    end = lose_stacks(true);
    tap_check(reached == 3 && waited == 1, "the callee of the third level was inside");
    tap_check(end.how == LAB_PARKED && statuses[0] == STATUS_FAULT && statuses[1] == 1000,
              "two levels without a stack are two forced returns");
    tap_check(is_idle(0) && is_idle(1) && is_idle(2), "and all ports are idle");
    end = lose_stacks(false);
    tap_check(end.how == LAB_FAULTED && statuses[0] == 1000,
              "where a port does not ask for it the thread stops");
    if (lab_has_debug())
        tap_check((end.cause & 0xFF) == CAUSE_PAGE && end.address >> 12 == lab_page(1) >> 12,
                  "for the page that is gone");
    (void)lab_run(&caller, rest, 0);
}
