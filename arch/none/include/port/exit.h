/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/exit.h. This port returns the thread to run, as one that leaves by
 * assembly does.
 */
#pragma once

#include "abi/types.h"

struct cpu;
struct thread;

#define ARCH_CALLS_DIRECTLY false

#define ARCH_EXIT struct thread *

#define ARCH_HOT_PARAMS(cpu, self, word0, word1) cpu, self, word0, word1
#define ARCH_TAIL_PARAMS(cpu, self, third)       cpu, self, third
#define ARCH_GO_ON(exit, cpu, self)              return exit(cpu, self)
#define ARCH_GO_ON_WITH(exit, cpu, self, third)  return exit(cpu, self, third)
#define ARCH_START_OVER(exit, ...)               return exit(__VA_ARGS__)
/* Registers are in threads all the while, so that these two are the plain ones. */
#define ARCH_GO_COLD(cpu, self, number, word0, word1) ARCH_START_OVER(syscall_cold, cpu, self)
#define ARCH_GO_SLOWLY(exit, cpu, self, next)         ARCH_GO_ON_WITH(exit, cpu, self, next)

#define ARCH_LEAVE(cpu, thread)      return (thread)
#define ARCH_SET_ENTERED(self, word) arch_context_set_result(&(self)->context, (word))
#define ARCH_STAY(cpu, self)         return (self)
#define ARCH_STAY_SPACE(cpu, self, space)                                                          \
    do {                                                                                           \
        arch_space_load(space);                                                                    \
        return (self);                                                                             \
    } while (0)
#define ARCH_SWITCH(cpu, self, next)              return (next)
#define ARCH_SWITCH_SPACE(cpu, self, next, space) ARCH_STAY_SPACE(cpu, next, space)

const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self);
