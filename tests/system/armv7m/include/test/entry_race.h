/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/entry_race.c needs of an ARMv7-M.
 */
#pragma once

#include "rme/process.h"

/* Rounds of the victim's loop, of two instructions, to either side of the strike. What comes in
 * whole counts of the kernel's clock wanders by as much: 48 instructions on STM32. */
enum { REACH = 12, REACH_OF_COUNTS = 48 };

/* Counts: by how much the intruder's price may differ, and between the two orders. A long call has
 * 50 and more. */
enum { PRICE_SPREAD = 2, PRICE_OF_ORDER = 10 };

/* Spin, and call with all of r4 to r11: one instruction more where `odd` is 1. */
__attribute__((naked, noinline)) static sword_t call_later(__attribute__((unused)) word_t *block,
                                                           __attribute__((unused)) word_t rounds,
                                                           __attribute__((unused)) word_t odd)
{
    __asm__ volatile("push {r4-r11}\n\t"
                     "ldmia r0, {r4-r11}\n\t"
                     "cbz r2, 1f\n\t"
                     "nop\n"
                     "1:\n\t"
                     "subs r1, #1\n\t"
                     "bne 1b\n\t"
                     "svc 0\n\t"
                     "mov r0, r4\n\t"
                     "pop {r4-r11}\n\t"
                     "bx lr");
}

/* Wait at the endpoint of the strike with known registers; whether they are whole afterwards. */
__attribute__((naked, noinline)) static bool
wait_with_pattern(__attribute__((unused)) word_t endpoint, __attribute__((unused)) sword_t *result)
{
    __asm__ volatile("push {r4-r11}\n\t"
                     "movs r4, #3\n\t" /* SIG_RCV */
                     "mov r5, r0\n\t"
                     "movs r6, #1\n\t" /* all */
                     "movs r7, #0x77\n\tmov r8, #0x88\n\tmov r9, #0x99\n\t"
                     "mov r10, #0xAA\n\tmov r11, #0xBB\n\t"
                     "svc 0\n\t"
                     "str r4, [r1]\n\t"
                     "eor r5, r5, r0\n\teor r6, r6, #1\n\teor r7, r7, #0x77\n\t"
                     "eor r8, r8, #0x88\n\teor r9, r9, #0x99\n\teor r10, r10, #0xAA\n\t"
                     "eor r11, r11, #0xBB\n\t"
                     "orrs r5, r6\n\torrs r5, r7\n\torr r5, r5, r8\n\torr r5, r5, r9\n\t"
                     "orr r5, r5, r10\n\torrs r5, r5, r11\n\t"
                     "ite eq\n\tmoveq r0, #1\n\tmovne r0, #0\n\t"
                     "pop {r4-r11}\n\t"
                     "bx lr");
}

/* The timers of the board. */
static void add_timer(struct rme_space *space)
{
    (void)rme_space_add(space, 0x40000000, 13, PAGE_READ | PAGE_WRITE | PAGE_BUFFER | PAGE_STATIC);
}
