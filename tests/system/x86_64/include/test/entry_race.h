/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/entry_race.c needs of an x86-64. The kernel holds interrupts off: what strikes
 * inside it is taken before the next instruction of the user, so that the sweep goes over all of a
 * short call, its entry and its exit.
 */
#pragma once

#include "rme/process.h"

/* Rounds of the victim's loop, of two instructions, to either side of the strike. */
enum { REACH = 120, REACH_OF_COUNTS = 120 };

/* Counts, which are instructions: by how much the intruder's price may differ, and between the two
 * orders. A long call has thousands. An interrupt that goes the hot way is 104 (GCC) or 123 (Clang)
 * cheaper than one that does not. */
enum { PRICE_SPREAD = 160, PRICE_OF_ORDER = 400 };

/* Spin, and call with all of a call's registers: one instruction more where `odd` is 1. */
__attribute__((naked, noinline)) static sword_t call_later(__attribute__((unused)) word_t *block,
                                                           __attribute__((unused)) word_t rounds,
                                                           __attribute__((unused)) word_t odd)
{
    __asm__ volatile("push %r12\n\t"
                     "mov %rsi, %rcx\n\t"
                     "mov %rdx, %r11\n\t"
                     "mov 0(%rdi), %rax\n\tmov 16(%rdi), %rsi\n\tmov 24(%rdi), %rdx\n\t"
                     "mov 32(%rdi), %r10\n\tmov 40(%rdi), %r8\n\tmov 48(%rdi), %r9\n\t"
                     "mov 56(%rdi), %r12\n\tmov 8(%rdi), %rdi\n\t"
                     "test %r11, %r11\n\t"
                     "jz 1f\n\t"
                     "nop\n"
                     "1:\n\t"
                     "dec %rcx\n\t"
                     "jnz 1b\n\t"
                     "syscall\n\t"
                     "pop %r12\n\t"
                     "ret");
}

/* Wait at the endpoint of the strike with known registers; whether they are whole afterwards, and
 * the others cleared. */
__attribute__((naked, noinline)) static bool
wait_with_pattern(__attribute__((unused)) word_t endpoint, __attribute__((unused)) sword_t *result)
{
    __asm__ volatile(
        "push %rbx\n\tpush %rbp\n\tpush %r12\n\tpush %r13\n\tpush %r14\n\tpush %r15\n\t"
        "push %rsi\n\t"
        "mov $3, %eax\n\t" /* SIG_RCV */
        "mov $1, %esi\n\t" /* all */
        "mov $0x77, %ebx\n\tmov $0x88, %ebp\n\tmov $0x99, %r12d\n\t"
        "mov $0xAA, %r13d\n\tmov $0xBB, %r14d\n\tmov $0xCC, %r15d\n\t"
        "syscall\n\t"
        "pop %rcx\n\t"
        "mov %rax, (%rcx)\n\t"
        "xor $0x77, %rbx\n\txor $0x88, %rbp\n\txor $0x99, %r12\n\t"
        "xor $0xAA, %r13\n\txor $0xBB, %r14\n\txor $0xCC, %r15\n\t"
        "xor $0x202, %r11\n\t"
        "or %rbp, %rbx\n\tor %r12, %rbx\n\tor %r13, %rbx\n\tor %r14, %rbx\n\t"
        "or %r15, %rbx\n\tor %r11, %rbx\n\tor %rdi, %rbx\n\tor %rsi, %rbx\n\t"
        "or %rdx, %rbx\n\tor %r8, %rbx\n\tor %r9, %rbx\n\tor %r10, %rbx\n\t"
        "sete %al\n\t"
        "movzx %al, %eax\n\t"
        "pop %r15\n\tpop %r14\n\tpop %r13\n\tpop %r12\n\tpop %rbp\n\tpop %rbx\n\t"
        "ret");
}

/* It is reached by kernel functions. */
static void add_timer(struct rme_space *space)
{
    (void)space;
}
