/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/library.c needs of an x86-64: rbx, rbp and r12 to r15 cross.
 */
#pragma once

/* The parameter is in rdi. */
static word_t spied_param __attribute__((used));
#define SPIED_PARAM spied_param
enum { SPIED_MORE = 0 };

/* A hostile callee: notes what crosses, leaves rubbish in every register, returns 0x77. */
__attribute__((naked)) static void spy(word_t param UNUSED)
{
    __asm__ volatile("mov %rbx, spied(%rip)\n\tmov %rbp, spied+8(%rip)\n\t"
                     "mov %r12, spied+16(%rip)\n\tmov %r13, spied+24(%rip)\n\t"
                     "mov %rdi, spied_param(%rip)\n\t"
                     "mov %r14, spied+32(%rip)\n\tmov %r15, spied+40(%rip)\n\t"
                     "mov $-1, %rbx\n\tmov %rbx, %rbp\n\tmov %rbx, %r12\n\tmov %rbx, %r13\n\t"
                     "mov %rbx, %r14\n\tmov %rbx, %r15\n\tmov %rbx, %rdx\n\tmov %rbx, %rsi\n\t"
                     "mov %rbx, %r8\n\tmov %rbx, %r9\n\tmov %rbx, %r10\n\tmov %rbx, %r11\n\t"
                     "mov %rbx, %rsp\n\t"
                     "mov $0x77, %edi\n\t"
                     "xor %eax, %eax\n\t"
                     "syscall");
}

/* Put a pattern into the registers that cross, call a stub, and say whether all of them came back.
 * rdi port, rsi word, rdx the stub. */
__attribute__((naked)) static bool keeps_registers(word_t port UNUSED, word_t word UNUSED,
                                                   word_t stub UNUSED)
{
    __asm__ volatile(
        "push %rbx\n\tpush %rbp\n\tpush %r12\n\tpush %r13\n\tpush %r14\n\tpush %r15\n\t"
        "mov $0x11, %ebx\n\tmov $0x22, %ebp\n\tmov $0x33, %r12d\n\t"
        "mov $0x44, %r13d\n\tmov $0x55, %r14d\n\tmov $0x66, %r15d\n\t"
        "call *%rdx\n\t"
        "xor $0x11, %rbx\n\txor $0x22, %rbp\n\txor $0x33, %r12\n\t"
        "xor $0x44, %r13\n\txor $0x55, %r14\n\txor $0x66, %r15\n\t"
        "or %rbp, %rbx\n\tor %r12, %rbx\n\tor %r13, %rbx\n\tor %r14, %rbx\n\t"
        "or %r15, %rbx\n\t"
        "sete %al\n\t"
        "movzx %al, %eax\n\t"
        "pop %r15\n\tpop %r14\n\tpop %r13\n\tpop %r12\n\tpop %rbp\n\tpop %rbx\n\t"
        "ret");
}
