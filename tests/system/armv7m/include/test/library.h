/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/library.c needs of an ARMv7-M: r6 to r11 cross.
 */
#pragma once

/* The parameter is the first of them. */
#define SPIED_PARAM spied[0]
enum { SPIED_MORE = 1 };

/* A hostile callee: notes what crosses, leaves rubbish in every register, returns 0x77. */
__attribute__((naked)) static void spy(word_t param UNUSED)
{
    __asm__ volatile("ldr   r0, =spied\n\t"
                     "stmia r0, {r6-r11}\n\t"
                     "mvn   r6, #0\n\t"
                     "mov   r7, r6\n\t"
                     "mov   r8, r6\n\t"
                     "mov   r9, r6\n\t"
                     "mov   r10, r6\n\t"
                     "mov   r11, r6\n\t"
                     "mov   r5, #0x77\n\t"
                     "movs  r4, #0\n\t"
                     "svc   #0\n\t"
                     ".pool");
}

/* Put a pattern into the registers that cross, call a stub, and say whether all of them came back.
 * r0 port, r1 word, r2 the stub. */
__attribute__((naked)) static bool keeps_registers(word_t port UNUSED, word_t word UNUSED,
                                                   word_t stub UNUSED)
{
    __asm__ volatile("push  {r4-r11, lr}\n\t"
                     "movs  r4, #0x44\n\t"
                     "movs  r5, #0x55\n\t"
                     "movs  r6, #0x66\n\t"
                     "movs  r7, #0x77\n\t"
                     "mov   r8, #0x88\n\t"
                     "mov   r9, #0x99\n\t"
                     "mov   r10, #0xAA\n\t"
                     "mov   r11, #0xBB\n\t"
                     "blx   r2\n\t"
                     "cmp   r4, #0x44\n\tbne 1f\n\t"
                     "cmp   r5, #0x55\n\tbne 1f\n\t"
                     "cmp   r6, #0x66\n\tbne 1f\n\t"
                     "cmp   r7, #0x77\n\tbne 1f\n\t"
                     "cmp   r8, #0x88\n\tbne 1f\n\t"
                     "cmp   r9, #0x99\n\tbne 1f\n\t"
                     "cmp   r10, #0xAA\n\tbne 1f\n\t"
                     "cmp   r11, #0xBB\n\tbne 1f\n\t"
                     "movs  r0, #1\n\t"
                     "pop   {r4-r11, pc}\n"
                     "1:\n\t"
                     "movs  r0, #0\n\t"
                     "pop   {r4-r11, pc}");
}
