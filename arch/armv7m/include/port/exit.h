/* SPDX-License-Identifier: Unlicense
 *
 * The way out: load r4-r11, the process stack pointer and EXC_RETURN of the thread, give the kernel
 * stack back, and return from the exception. It never comes back, so the compiler saves no register
 * for it. Contract: arch/include/arch/exit.h.
 */
#pragma once

#include "abi/types.h"
#include "kernel/compiler.h"
#include "port/space.h"

struct cpu;
struct thread;

#define ARCH_EXIT NORETURN void

ALWAYS_INLINE NORETURN void arch_resume(struct cpu *cpu, struct thread *thread)
{
    __asm__ volatile("mov sp, %0\n\t"
                     "ldmia %1, {r4-r11, r12, lr}\n\t"
                     "msr psp, r12\n\t"
                     "bx lr"
                     :
                     : "r"(cpu), "r"(thread)
                     : "memory");
    __builtin_unreachable();
}

/* The same behind the loading of the MPU (port/space.h): one block, because it need not keep any
 * register. */
ALWAYS_INLINE NORETURN void arch_load_and_resume(struct cpu *cpu, struct thread *thread,
                                                 word_t space)
{
    register word_t rbar __asm__("r12") = MPU_RBAR_ADDRESS;
    register struct thread *next __asm__("r1") = thread;
    register word_t image __asm__("lr") = space;

    __asm__ volatile("mov sp, %[cpu]\n\t"
                     "movs r2, #0\n\t"
                     "str r2, [r12, #-8]\n\t"
                     "ldmia lr!, {r2-r9}\n\t"
                     "stmia r12, {r2-r9}\n\t"
                     "ldmia lr, {r2-r9}\n\t"
                     "stmia r12, {r2-r9}\n\t"
                     "movs r2, #5\n\t" /* ENABLE, PRIVDEFENA */
                     "str r2, [r12, #-8]\n\t"
                     "ldmia r1, {r4-r11, r12, lr}\n\t"
                     "msr psp, r12\n\t"
                     "dsb\n\t"
                     "bx lr"
                     :
                     : "r"(rbar), [cpu] "r"(cpu), "r"(next), "r"(image)
                     : "memory");
    __builtin_unreachable();
}

#define ARCH_LEAVE(cpu, thread)              arch_resume((cpu), (thread))
#define ARCH_GO_ON(exit)                     exit
#define ARCH_LEAVE_SPACE(cpu, thread, space) arch_load_and_resume((cpu), (thread), (space))

/* r4 to r11 are the first words of the thread: number, then the words of the call. */
static inline const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self)
{
    (void)cpu;
    return (const word_t *)(const void *)self;
}
