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

/* entry.S */
struct thread *hot_is_cold(struct cpu *cpu, struct thread *self);
struct thread *hot_is_slow(struct cpu *cpu, struct thread *self, struct thread *next);

/* The block of a call that is not hot, in front of the CPU's record. */
static inline word_t *port_call_block(struct cpu *cpu)
{
    return (word_t *)((word_t)cpu + (word_t)(sword_t)AREA_BLOCK);
}

static inline const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self)
{
    (void)self;
    return (const word_t *)((word_t)cpu + (word_t)(sword_t)AREA_BLOCK);
}

ALWAYS_INLINE struct thread *port_go_cold(struct cpu *cpu, struct thread *self, word_t number,
                                          word_t word0, word_t word1)
{
    word_t *block = port_call_block(cpu);

    block[0] = number;
    block[1] = word0;
    block[2] = word1;
    return hot_is_cold(cpu, self);
}

#define ARCH_EXIT                               struct thread *
#define ARCH_GO_ON(exit, cpu, self)             return exit(cpu, self)
#define ARCH_GO_ON_WITH(exit, cpu, self, third) return exit(cpu, self, third)
#define ARCH_START_OVER(exit, ...)              return exit(__VA_ARGS__)
#define ARCH_GO_COLD(cpu, self, number, word0, word1)                                              \
    return port_go_cold((cpu), (self), (number), (word0), (word1))
#define ARCH_GO_SLOWLY(exit, cpu, self, next) return hot_is_slow((cpu), (self), (next))
#define ARCH_LEAVE(cpu, thread)               return (thread)
#define ARCH_LEAVE_SPACE(cpu, thread, space)                                                       \
    do {                                                                                           \
        arch_space_load(space);                                                                    \
        return (thread);                                                                           \
    } while (0)
