/* SPDX-License-Identifier: Unlicense
 *
 * What the faults of tests/system/explain.c are on an ARMv7-M.
 */
#pragma once

/* An instruction of 32 bits. */
static void reach_far(word_t address)
{
    __asm__ volatile("str.w %0, [%0]" : : "r"(address) : "memory");
}

static void execute(word_t address)
{
    ((void (*)(void))(address | 1))();
}

static void use_fpu(word_t unused)
{
    (void)unused;
    __asm__ volatile(".inst.w 0xEEB70A00"); /* vmov.f32 s0, #1.0 */
}

static void divide(word_t divisor)
{
    word_t quotient;

    __asm__ volatile("udiv %0, %1, %1" : "=r"(quotient) : "r"(divisor));
}

static void undefined(word_t unused)
{
    (void)unused;
    __asm__ volatile("udf #0");
}

static void lose_stack(word_t unused)
{
    (void)unused;
    __asm__ volatile("mov sp, %0\n\tsvc 0" : : "r"(0x10));
}
