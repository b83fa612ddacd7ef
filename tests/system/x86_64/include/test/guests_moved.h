/* SPDX-License-Identifier: Unlicense
 *
 * Where a guest goes on, on an x86-64: a part of tests/system/guests.c.
 */
#pragma once

static void move(void)
{
    area[AREA_SP] = rme_stack_prepare(second_stack, sizeof(second_stack));
    area[AREA_RIP] = (word_t)elsewhere;
}

static void moved(void)
{
    (void)lab_run(&guest, wait_full, 0x63);
    spun = 0;
    move();
    (void)rme_signal_send(go, 1);
    tap_check(lab_look(&guest).how == LAB_PARKED && spun == 99,
              "another instruction and stack pointer are another place to go on");
    (void)lab_run(&guest, spin, 0);
    spun = 0;
    move();
    lab_refill(&guest);
    tap_check(lab_look(&guest).how == LAB_PARKED && spun == 99, "of who was preempted too");
}

static bool is_area_fresh(word_t stack)
{
    unsigned wrong = 0;

    for (unsigned i = AREA_RAX; i < AREA_FPU; i++)
        wrong += i != AREA_RDI && area[i] != 0;
    return wrong == 0 && area[AREA_SP] == stack && area[AREA_RIP] == (word_t)do_nothing &&
           area[AREA_RDI] == 3 && area[AREA_RFLAGS] == FLAGS_CLEAN &&
           (!HAS_FPU || lab_fpu_is_clean(area_fpu()));
}

static void begun(void)
{
    const word_t stack = rme_stack_prepare(guest.stack, LAB_STACK_BYTES);

    for (unsigned i = 0; i < GUEST_WORDS; i++)
        area[i] = 0x1111;
    lab_set_priority(&guest, 0);
    rme_assert(rme_thread_exec_set(guest.thread, (word_t)do_nothing, stack, 3) == STATUS_OK);
    tap_check(is_area_fresh(stack), "a new entry is written to the area, all else cleared");
    lab_set_priority(&guest, LAB_PRIORITY);
}
