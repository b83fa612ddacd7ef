/* SPDX-License-Identifier: Unlicense
 *
 * The way out: return the thread to run to entry.S, by which time the compiler has put the
 * registers that a call preserves back where they were, so that they need not be moved unless the
 * thread changes. Where the kernel must have them in the thread, a hot half goes on through
 * assembly, by a call in tail position. Contract: arch/include/arch/exit.h.
 */
#pragma once

#include "abi/types.h"
#include "port/offsets.h"
#include "port/space.h"

struct cpu;
struct thread;

/* As the door of calls has them: the words of user code where it has put them, self in rdx, the CPU
 * in r8, which is less in the way than rcx. All stay where they are in a tail, whose third is in
 * rdi.
 */
#define PORT_UNUSED(number)                      __attribute__((unused)) word_t unused_##number
#define ARCH_HOT_PARAMS(cpu, self, word0, word1) word0, word1, self, PORT_UNUSED(3), cpu
#define ARCH_TAIL_PARAMS(cpu, self, third)       third, PORT_UNUSED(1), self, PORT_UNUSED(3), cpu

/* entry.S */
struct thread *hot_is_cold(word_t word0, word_t word1, struct thread *self, word_t number,
                           struct cpu *cpu);
struct thread *hot_switch(ARCH_TAIL_PARAMS(struct cpu *cpu, struct thread *self,
                                           struct thread *next));
struct thread *hot_is_slow(ARCH_TAIL_PARAMS(struct cpu *cpu, struct thread *self,
                                            struct thread *next));

static inline const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self)
{
    (void)self;
    return (const word_t *)((word_t)cpu + (word_t)(sword_t)AREA_BLOCK);
}

/* Whatever rsi, rcx and rax hold. */
ALWAYS_INLINE word_t port_unused_1(void)
{
    word_t word;

    __asm__("" : "=S"(word));
    return word;
}

ALWAYS_INLINE word_t port_unused_3(void)
{
    word_t word;

    __asm__("" : "=c"(word));
    return word;
}

ALWAYS_INLINE struct thread *port_unused_thread(const struct cpu *cpu, const struct thread *self)
{
    struct thread *thread;

    (void)cpu;
    (void)self;
    __asm__("" : "=a"(thread));
    return thread;
}

#define ARCH_CALLS_DIRECTLY true

#define ARCH_EXIT                   struct thread *
#define ARCH_GO_ON(exit, cpu, self) return exit(cpu, self)
#define ARCH_GO_ON_WITH(exit, cpu, self, third)                                                    \
    return exit((third), port_unused_1(), (self), port_unused_3(), (cpu))
#define ARCH_START_OVER(exit, ...) return exit(__VA_ARGS__)
#define ARCH_GO_COLD(cpu, self, number, word0, word1)                                              \
    return hot_is_cold((word0), (word1), (self), (number), (cpu))
#define ARCH_GO_SLOWLY(exit, cpu, self, next) ARCH_GO_ON_WITH(hot_is_slow, cpu, self, next)
#define ARCH_LEAVE(cpu, thread)               return (thread)

/* Entry code knows it: 0, both ways. */
#define ARCH_SET_ENTERED(self, word) ((void)(word))

/* Whoever stays is known behind the call, and what is returned is not looked at; a switch does not
 * come back. */
#define ARCH_STAY(cpu, self) return port_unused_thread((cpu), (self))
#define ARCH_STAY_SPACE(cpu, self, space)                                                          \
    do {                                                                                           \
        arch_space_load(space);                                                                    \
        return port_unused_thread((cpu), (self));                                                  \
    } while (0)
#define ARCH_SWITCH(cpu, self, next) ARCH_GO_ON_WITH(hot_switch, cpu, self, next)
#define ARCH_SWITCH_SPACE(cpu, self, next, space)                                                  \
    do {                                                                                           \
        arch_space_load(space);                                                                    \
        ARCH_GO_ON_WITH(hot_switch, cpu, self, next);                                              \
    } while (0)
