/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/registers.c has besides on an ARMv7-M: the exclusive monitor. Included where
 * victim and culprit are known.
 */
#pragma once

enum { CAUSE_NO_FPU = 1 << 19 }; /* NOCP of UFSR. Arm DDI 0403E, B3.2.15 */

static void use_fpu(word_t unused)
{
    (void)unused;
    /* vmov s0, r0, as a word: this image need not be compiled for an FPU. */
    __asm__ volatile(".short 0xEE00, 0x0A10");
    lab_park();
}

static volatile word_t shared_word;
static volatile word_t store_failed;

static void reserve(word_t unused)
{
    word_t value;

    (void)unused;
    __asm__ volatile("ldrex %0, [%1]" : "=r"(value) : "r"(&shared_word) : "memory");
    lab_park();
}

static void store_conditionally(word_t unused)
{
    word_t failed;

    (void)unused;
    __asm__ volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(1), "r"(&shared_word) : "memory");
    store_failed = failed;
    lab_park();
}

static void other_state(void)
{
    (void)lab_run(&culprit, reserve, 0);
    tap_check(lab_run(&victim, store_conditionally, 0).how == LAB_PARKED && store_failed == 1,
              "a reservation does not outlive a switch");
}
