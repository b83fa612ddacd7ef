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

/* The doors that a hot call may go on to. */
ARCH_EXIT syscall_cold(struct cpu *cpu, struct thread *self);
ARCH_EXIT leave_special(struct cpu *cpu, struct thread *self, struct thread *next, word_t special);

/* Every path ends in a jump: a hot call needs no stack and keeps its arguments where they are. */
#define ARCH_HOT_CALL(name, half)                                                                  \
    NORETURN void entry_##name(struct cpu *cpu, struct thread *self, word_t word0, word_t word1);  \
    void entry_##name(struct cpu *cpu, struct thread *self, word_t word0, word_t word1)            \
    {                                                                                              \
        struct outcome outcome = half(cpu, self, word0, word1);                                    \
        enum leave_kind kind;                                                                      \
        word_t space;                                                                              \
                                                                                                   \
        if (UNLIKELY(outcome.is_cold))                                                             \
            syscall_cold(cpu, self);                                                               \
        kind = schedule_commit(cpu, self, outcome, &space);                                        \
        if (UNLIKELY(kind == LEAVE_SPECIAL))                                                       \
            leave_special(cpu, self, outcome.next, self->special + outcome.next->special);        \
        if (kind == LEAVE_SPACE)                                                                   \
            arch_load_and_resume(cpu, outcome.next, space);                                        \
        arch_resume(cpu, outcome.next);                                                            \
    }

/* r4 to r11 are the first words of the thread: number, then the words of the call. */
static inline const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self)
{
    (void)cpu;
    return (const word_t *)(const void *)self;
}
