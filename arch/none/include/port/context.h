/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/context.h.
 */
#pragma once

#include "abi/types.h"

struct arch_context {
    word_t registers[8];
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
bool arch_context_debug(struct arch_context *context, struct arch_fpu *fpu, word_t index,
                        bool write, word_t *value);

struct arch_fault_story {
    const char *what;
    word_t pc, stack;
    bool is_stack;
};

struct arch_fault_story arch_fault_story(const struct arch_context *context, word_t cause);

bool arch_attributes_valid(word_t attributes);
void arch_fpu_init(struct arch_fpu *fpu);
void arch_fpu_save(const struct arch_context *context, struct arch_fpu *fpu);
void arch_fpu_load(const struct arch_context *context, const struct arch_fpu *fpu);

word_t arch_guest_bytes(bool has_fpu);
void arch_guest_save(void *area, const struct arch_context *context, const struct arch_fpu *fpu);
void arch_guest_load(void *area, struct arch_context *context, struct arch_fpu *fpu,
                     bool keep_result);
