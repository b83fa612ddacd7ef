/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/interrupts.c needs of an ARMv7-M.
 */
#pragma once

#include "abi/types.h"

/* All registers that a program has, filled, for `rounds` rounds of interrupts, and looked at. */
static inline bool registers_survive(word_t rounds)
{
    word_t seen[13];

    __asm__ volatile("push {r4-r11}\n\t"
                     "push {%[out]}\n\t"
                     "mov r0, %[rounds]\n\t"
                     "movs r1, #0x11\n\tmovs r2, #0x22\n\tmovs r3, #0x33\n\tmovs r4, #0x44\n\t"
                     "movs r5, #0x55\n\tmovs r6, #0x66\n\tmovs r7, #0x77\n\tmov r8, #0x88\n\t"
                     "mov r9, #0x99\n\tmov r10, #0xAA\n\tmov r11, #0xBB\n\tmov r12, #0xCC\n"
                     "1:\n\t"
                     "subs r0, #1\n\t"
                     "bne 1b\n\t"
                     "ldr lr, [sp]\n\t"
                     "stmia lr, {r0-r12}\n\t"
                     "pop {%[out]}\n\t"
                     "pop {r4-r11}"
                     :
                     : [out] "r"(seen), [rounds] "r"(rounds)
                     : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
    for (word_t i = 1; i < 13; i++)
        if (seen[i] != i * 0x11)
            return false;
    return seen[0] == 0;
}
