/* SPDX-License-Identifier: Unlicense
 *
 * What is said of contexts in the same words on every machine: a port's context.h ends with this,
 * behind its structures. Contract: arch/include/arch/context.h.
 */
#pragma once

#include "abi/types.h"
#include "config.h"

struct arch_context;
struct arch_fpu;

bool arch_context_debug(struct arch_context *context, struct arch_fpu *fpu, word_t index,
                        bool write, word_t *value);

/* What a fault says of itself, for debug builds. */
struct arch_fault_story {
    const char *what;
    word_t pc, stack; /* pc: 0 if it cannot be known */
    bool is_stack;    /* a frame could not be stacked or unstacked */
};

struct arch_fault_story arch_fault_story(const struct arch_context *context, word_t cause);

static inline bool arch_attributes_valid(word_t attributes)
{
    return (attributes & ~(THREAD_GUEST | (CONFIG_FPU ? (word_t)THREAD_FPU : 0))) == 0;
}

void arch_fpu_save(const struct arch_context *context, struct arch_fpu *fpu);
void arch_fpu_load(const struct arch_context *context, const struct arch_fpu *fpu);

void arch_guest_save(void *area, const struct arch_context *context, const struct arch_fpu *fpu);
void arch_guest_load(void *area, struct arch_context *context, struct arch_fpu *fpu,
                     bool keep_result);
