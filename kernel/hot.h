/* SPDX-License-Identifier: Unlicense
 *
 * Hot halves: a call, or the delivery of an interrupt, where the case is straight. They decide
 * (struct outcome), and leave the kernel at once; every path ends in a jump, so that they need no
 * stack and keep their arguments where they are. What is not straight goes on to the whole.
 */
#pragma once

#include "abi/call_list.h"
#include "kernel/leave.h"

/* The number of each call by its handler: CALL_NUMBER_signal_send. */
#define CALL_NUMBER_OF(number, name, handler, count) CALL_NUMBER_##handler = (number),
enum { RME_CALL_LIST(CALL_NUMBER_OF, CALL_NUMBER_OF) };
#undef CALL_NUMBER_OF

/* The end of a hot half after which the same thread goes on in another process. Where an exit jumps
 * to another, all that come here share it; elsewhere it is inlined. */
ALWAYS_INLINE ARCH_EXIT leave_process(struct cpu *cpu, struct thread *self)
{
    word_t space;

    if (process_changes_space(cpu, self->process, &space))
        ARCH_STAY_SPACE(cpu, self, space);
    ARCH_STAY(cpu, self);
}

/* End a function of type ARCH_EXIT by the outcome of a hot half that is not cold. */
#define HOT_LEAVE(cpu, self, outcome)                                                              \
    do {                                                                                           \
        if ((outcome).switches)                                                                    \
            ARCH_GO_ON_WITH(leave_switch, cpu, self, (outcome).next);                              \
        if ((outcome).enters)                                                                      \
            ARCH_GO_ON(leave_process, cpu, self);                                                  \
        ARCH_STAY(cpu, self);                                                                      \
    } while (0)

/* Define entry_<name>, which ports enter for a hot call, around
 * `struct outcome half(cpu, self, word0, word1)`, which is inlined. */
#define HOT_CALL(name, half)                                                                       \
    ARCH_EXIT entry_##name(                                                                        \
        ARCH_HOT_PARAMS(struct cpu *cpu, struct thread *self, word_t word0, word_t word1));        \
    ARCH_EXIT entry_##name(                                                                        \
        ARCH_HOT_PARAMS(struct cpu *cpu, struct thread *self, word_t word0, word_t word1))         \
    {                                                                                              \
        struct outcome outcome = half(cpu, self, word0, word1);                                    \
                                                                                                   \
        if (UNLIKELY(outcome.is_cold))                                                             \
            ARCH_GO_COLD(cpu, self, CALL_NUMBER_##name, word0, word1);                             \
        if (outcome.enters)                                                                        \
            ARCH_SET_ENTERED(self, outcome.result);                                                \
        else                                                                                       \
            arch_context_set_result(&self->context, outcome.result);                               \
        HOT_LEAVE(cpu, self, outcome);                                                             \
    }
