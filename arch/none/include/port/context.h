/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/context.h.
 */
#pragma once

#include "abi/types.h"

struct arch_context {
    word_t registers[8];
};

struct arch_registers {
};

struct arch_return {
    word_t pc, sp;
};

struct arch_fpu {
    word_t registers[16];
};

void arch_context_start(struct arch_context *context, word_t entry, word_t stack, word_t param);
void arch_context_set_result(struct arch_context *context, word_t word);
void arch_context_set_value(struct arch_context *context, word_t word);
word_t arch_context_enter(struct arch_context *context, struct arch_return *save, word_t entry,
                          word_t stack, word_t param);
void arch_context_leave(struct arch_context *context, const struct arch_return *save);
void arch_context_clear(struct arch_context *context);

void arch_fpu_init(struct arch_fpu *fpu);

word_t arch_guest_bytes(bool has_fpu);

#include "arch/common/context_functions.h"
