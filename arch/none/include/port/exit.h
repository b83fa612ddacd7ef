/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/exit.h. This port returns the thread to run, as one that leaves by
 * assembly does.
 */
#pragma once

#include "abi/types.h"

struct cpu;
struct thread;

#define ARCH_EXIT struct thread *

#define ARCH_LEAVE(cpu, thread) return (thread)

#define ARCH_PUBLISH(name, handler)                                                                \
    struct thread *entry_##name(struct cpu *cpu, struct thread *self, word_t word0, word_t word1); \
    struct thread *entry_##name(struct cpu *cpu, struct thread *self, word_t word0, word_t word1)  \
    {                                                                                              \
        return schedule_commit(cpu, self, handler(cpu, self, word0, word1));                       \
    }

const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self);
