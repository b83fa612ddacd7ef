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

#define ARCH_CALLS_DIRECTLY false

#define ARCH_EXIT NORETURN void

/* Parameters stand as they are written. */
#define ARCH_HOT_PARAMS(cpu, self, word0, word1) cpu, self, word0, word1
#define ARCH_TAIL_PARAMS(cpu, self, third)       cpu, self, third

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
 * register. The clobbers keep its inputs out of the way of the image, as low registers do of r11,
 * which a compiler would save if it were told. */
ALWAYS_INLINE NORETURN void arch_load_and_resume(struct cpu *cpu, struct thread *thread,
                                                 word_t space)
{
    register word_t rbar __asm__("r12") = MPU_RBAR_ADDRESS;

    __asm__ volatile("mov sp, %[cpu]\n\t"
                     "movs r3, #0\n\t"
                     "str r3, [%[rbar], #-8]\n\t"
                     "ldmia %[image]!, {r3-r6, r8-r11}\n\t"
                     "stmia %[rbar], {r3-r6, r8-r11}\n\t"
                     "ldmia %[image], {r3-r6, r8-r11}\n\t"
                     "stmia %[rbar], {r3-r6, r8-r11}\n\t"
                     "movs r3, #5\n\t" /* ENABLE, PRIVDEFENA */
                     "str r3, [%[rbar], #-8]\n\t"
                     "ldmia %[thread], {r4-r11, r12, lr}\n\t"
                     "msr psp, r12\n\t"
                     "dsb\n\t"
                     "bx lr"
                     : [image] "+l"(space)
                     : [rbar] "r"(rbar), [cpu] "l"(cpu), [thread] "l"(thread)
                     : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "memory");
    __builtin_unreachable();
}

/* Go on in another exit, by a branch: for a call the compiler would keep LR, and so would need a
 * stack frame, on the way of every caller that leaves by itself. */
#define ARCH_GO_ON_WITH(exit, cpu, self, third)                                                    \
    do {                                                                                           \
        register struct cpu *go_cpu __asm__("r0") = (cpu);                                         \
        register struct thread *go_self __asm__("r1") = (self);                                    \
        register word_t go_third __asm__("r2") = (word_t)(third);                                  \
                                                                                                   \
        __asm__ volatile("b.w %c[to]"                                                              \
                         :                                                                         \
                         : [to] "i"(exit), "r"(go_cpu), "r"(go_self), "r"(go_third)                \
                         : "memory");                                                              \
        __builtin_unreachable();                                                                   \
    } while (0)
#define ARCH_GO_ON(exit, cpu, self)                                                                \
    do {                                                                                           \
        register struct cpu *go_cpu __asm__("r0") = (cpu);                                         \
        register struct thread *go_self __asm__("r1") = (self);                                    \
                                                                                                   \
        __asm__ volatile("b.w %c[to]" : : [to] "i"(exit), "r"(go_cpu), "r"(go_self) : "memory");   \
        __builtin_unreachable();                                                                   \
    } while (0)

/* The door of the exit finds the arguments anew (entry.S), so that no half keeps them for a case
 * that is rare. */
#define ARCH_START_OVER(exit, ...)                                                                 \
    do {                                                                                           \
        __asm__ volatile("b.w " #exit "_door" ::: "memory");                                       \
        __builtin_unreachable();                                                                   \
    } while (0)

/* Registers are in threads all the while, so that these two are the plain ones. */
#define ARCH_GO_COLD(cpu, self, number, word0, word1) ARCH_START_OVER(syscall_cold, cpu, self)
#define ARCH_GO_SLOWLY(exit, cpu, self, next)         ARCH_GO_ON_WITH(exit, cpu, self, next)

#define ARCH_LEAVE(cpu, thread)                   arch_resume((cpu), (thread))
#define ARCH_SET_ENTERED(self, word)              arch_context_set_result(&(self)->context, (word))
#define ARCH_STAY(cpu, self)                      arch_resume((cpu), (self))
#define ARCH_STAY_SPACE(cpu, self, space)         arch_load_and_resume((cpu), (self), (space))
#define ARCH_SWITCH(cpu, self, next)              arch_resume((cpu), (next))
#define ARCH_SWITCH_SPACE(cpu, self, next, space) arch_load_and_resume((cpu), (next), (space))

/* r4 to r11 are the first words of the thread: number, then the words of the call. */
static inline const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self)
{
    (void)cpu;
    return (const word_t *)(const void *)self;
}
