/* SPDX-License-Identifier: Unlicense
 *
 * What the faults of tests/system/explain.c are on an x86-64.
 */
#pragma once

static void execute(word_t address)
{
    ((void (*)(void))address)();
}

static void use_fpu(word_t unused)
{
    (void)unused;
    __asm__ volatile("xorps %xmm0, %xmm0");
}

static void divide(word_t divisor)
{
    __asm__ volatile("div %0" : : "r"(divisor), "a"(1), "d"(0) : "cc");
}

static void undefined(word_t unused)
{
    (void)unused;
    __asm__ volatile("ud2");
}

static void halt(word_t unused)
{
    (void)unused;
    __asm__ volatile("hlt");
}

static void breakpoint(word_t unused)
{
    (void)unused;
    __asm__ volatile("int3");
}

static void lose_stack(word_t address)
{
    __asm__ volatile("mov %0, %%rsp\n\tpush %%rax" : : "r"(address));
}
