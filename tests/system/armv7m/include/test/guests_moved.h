/* SPDX-License-Identifier: Unlicense
 *
 * Where a guest goes on, on an ARMv7-M: a part of tests/system/guests.c.
 */
#pragma once

static void moved(void)
{
    (void)lab_run(&guest, wait_full, 0x63);
    spun = 0;
    area[AREA_SP] = rme_stack_prepare(second_stack, sizeof(second_stack));
    area[AREA_LR] = 0xFFFFFFFD;
    area[AREA_R4] = (word_t)elsewhere;
    (void)rme_signal_send(go, 1);
    /* The result stands over the entry: a jump to address 1. */
    tap_check(lab_look(&guest).how == LAB_FAULTED && spun == 0, "a result comes before the area");
    (void)lab_run(&guest, spin, 0);
    area[AREA_SP] = rme_stack_prepare(second_stack, sizeof(second_stack));
    area[AREA_R4] = (word_t)elsewhere;
    lab_refill(&guest);
    tap_check(lab_look(&guest).how == LAB_PARKED && spun == 99,
              "another stack pointer is another place to go on");
}

static void begun(void)
{
    const word_t stack = rme_stack_prepare(guest.stack, LAB_STACK_BYTES);

    for (unsigned i = 0; i < GUEST_WORDS; i++)
        area[i] = 0x1111;
    lab_set_priority(&guest, 0);
    rme_assert(rme_thread_exec_set(guest.thread, (word_t)do_nothing, stack, 3) == STATUS_OK);
    tap_check(area[AREA_SP] == stack && area[AREA_R4] == (word_t)do_nothing && area[2] == 3 &&
                  area[AREA_LR] == 0xFFFFFFFD && area[8] == 0 &&
                  (!HAS_FPU || (area[AREA_S16] == 0 && area[AREA_S16 + 15] == 0)),
              "a new entry is written to the area, all else cleared");
    lab_set_priority(&guest, LAB_PRIORITY);
}
