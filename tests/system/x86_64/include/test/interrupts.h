/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/interrupts.c needs of an x86-64.
 */
#pragma once

#include "abi/types.h"

/* All registers that a program has but the stack pointer, filled, for `rounds` rounds of
 * interrupts, and looked at: those of `wanted`, and the direction flag. */
static inline bool registers_survive(word_t rounds)
{
    static const word_t wanted[14] = {0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666, 0x7777,
                                      0x8888, 0x9999, 0xAAAA, 0xBBBB, 0xCCCC, 0xDDDD, 0xEEEE};
    static word_t seen[16];
    bool is_whole = true;

    __asm__ volatile("push %%rbx\n\tpush %%rbp\n\t"
                     "mov $0x1111, %%eax\n\tmov $0x2222, %%ebx\n\tmov $0x3333, %%edx\n\t"
                     "mov $0x4444, %%esi\n\tmov $0x5555, %%edi\n\tmov $0x6666, %%ebp\n\t"
                     "mov $0x7777, %%r8d\n\tmov $0x8888, %%r9d\n\tmov $0x9999, %%r10d\n\t"
                     "mov $0xAAAA, %%r11d\n\tmov $0xBBBB, %%r12d\n\tmov $0xCCCC, %%r13d\n\t"
                     "mov $0xDDDD, %%r14d\n\tmov $0xEEEE, %%r15d\n\tstd\n"
                     "1:\n\t"
                     "dec %%rcx\n\t"
                     "jnz 1b\n\t"
                     "mov %%rax, %[seen]\n\tmov %%rbx, 8+%[seen]\n\tmov %%rdx, 16+%[seen]\n\t"
                     "mov %%rsi, 24+%[seen]\n\tmov %%rdi, 32+%[seen]\n\tmov %%rbp, 40+%[seen]\n\t"
                     "mov %%r8, 48+%[seen]\n\tmov %%r9, 56+%[seen]\n\tmov %%r10, 64+%[seen]\n\t"
                     "mov %%r11, 72+%[seen]\n\tmov %%r12, 80+%[seen]\n\tmov %%r13, 88+%[seen]\n\t"
                     "mov %%r14, 96+%[seen]\n\tmov %%r15, 104+%[seen]\n\tmov %%rcx, 112+%[seen]\n\t"
                     "pushf\n\tpopq 120+%[seen]\n\tcld\n\t"
                     "pop %%rbp\n\tpop %%rbx"
                     : "+c"(rounds), [seen] "=m"(seen)
                     :
                     : "rax", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                       "r15", "cc", "memory");
    for (unsigned i = 0; i < 14; i++)
        is_whole = is_whole && seen[i] == wanted[i];
    return is_whole && seen[14] == 0 && (seen[15] & 0x600) == 0x600; /* DF, IF */
}
