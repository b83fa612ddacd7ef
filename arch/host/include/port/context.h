/* SPDX-License-Identifier: Unlicense
 *
 * A thread's registers as a model of what design and ABI say of them: the block of a call, the two
 * results, where it goes on, and the registers that cross an invocation.
 * Contract: arch/include/arch/context.h.
 */
#pragma once

#include "abi/types.h"
#include "config.h"

enum { HOST_CROSSING = 6 };

struct arch_context {
    word_t block[8]; /* first: arch_call_args */
    word_t result, value;
    word_t entry, stack, param;
    word_t crossing[HOST_CROSSING];
};

struct arch_registers {
};

struct arch_return {
    word_t entry, stack;
};

struct arch_fpu {
    word_t registers[8];
};

void arch_context_start(struct arch_context *context, word_t entry, word_t stack, word_t param);

static inline void arch_context_set_result(struct arch_context *context, word_t word)
{
    context->result = word;
}

static inline void arch_context_set_value(struct arch_context *context, word_t word)
{
    context->value = word;
}

word_t arch_context_enter(struct arch_context *context, struct arch_return *save, word_t entry,
                          word_t stack, word_t param);
void arch_context_leave(struct arch_context *context, const struct arch_return *save);
void arch_context_clear(struct arch_context *context);

void arch_fpu_init(struct arch_fpu *fpu);

/* A guest's area: where it goes on, the crossing registers, the result. */
struct arch_guest {
    word_t entry, stack, result;
    word_t crossing[HOST_CROSSING];
    word_t param;
    word_t fpu[8];
};

static inline word_t arch_guest_bytes(bool has_fpu)
{
    return has_fpu ? sizeof(struct arch_guest) : offsetof(struct arch_guest, fpu);
}

#include "arch/common/context_functions.h"
