/* SPDX-License-Identifier: Unlicense
 *
 * The way out: load r4-r11, the process stack pointer and EXC_RETURN of the thread, give the kernel
 * stack back, and return from the exception. It never comes back, so the compiler saves no register for
 * it. Contract: arch/include/arch/exit.h.
 */
#pragma once

#include "kernel/compiler.h"

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

#define ARCH_LEAVE(cpu, thread) arch_resume((cpu), (thread))

#define ARCH_PUBLISH(name, handler)                                                                \
    NORETURN void entry_##name(struct cpu *cpu, struct thread *self, word_t word0, word_t word1);  \
    void entry_##name(struct cpu *cpu, struct thread *self, word_t word0, word_t word1)            \
    {                                                                                              \
        arch_resume(cpu, schedule_commit(cpu, self, handler(cpu, self, word0, word1)));            \
    }

/* r4 to r11 are the first words of the thread: number, then the words of the call. */
static inline const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self)
{
    (void)cpu;
    return (const word_t *)(const void *)self;
}
