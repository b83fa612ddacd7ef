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

#define ARCH_GO_ON(exit) return (exit)
#define ARCH_LEAVE(cpu, thread) return (thread)
#define ARCH_LEAVE_SPACE(cpu, thread, space)                                                       \
    do {                                                                                           \
        arch_space_load(space);                                                                    \
        return (thread);                                                                           \
    } while (0)

ARCH_EXIT syscall_cold(struct cpu *cpu, struct thread *self);
ARCH_EXIT leave_special(struct cpu *cpu, struct thread *self, struct thread *next, word_t special);

#define ARCH_HOT_CALL(name, half)                                                                  \
    struct thread *entry_##name(struct cpu *cpu, struct thread *self, word_t word0, word_t word1); \
    struct thread *entry_##name(struct cpu *cpu, struct thread *self, word_t word0, word_t word1)  \
    {                                                                                              \
        struct outcome outcome = half(cpu, self, word0, word1);                                    \
        enum leave_kind kind;                                                                      \
        word_t space;                                                                              \
                                                                                                   \
        if (outcome.is_cold)                                                                       \
            return syscall_cold(cpu, self);                                                        \
        kind = schedule_commit(cpu, self, outcome, &space);                                        \
        if (kind == LEAVE_SPECIAL)                                                                 \
            return leave_special(cpu, self, outcome.next,                                          \
                                 self->special + outcome.next->special);                           \
        if (kind == LEAVE_SPACE)                                                                   \
            arch_space_load(space);                                                                \
        return outcome.next;                                                                       \
    }

const word_t *arch_call_args(const struct cpu *cpu, const struct thread *self);
