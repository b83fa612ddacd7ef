/* SPDX-License-Identifier: Unlicense
 *
 * Registers of a thread. The hardware keeps r0-r3, r12, lr, pc and xPSR in a frame on the user's
 * stack, which the kernel never reads or writes; here are the rest. Calls use r4 to r11, so
 * the block of a call is this context. A thread begins with the constant frame that librme prepared
 * at its stack; that frame's code branches to r4. Contract: arch/include/arch/context.h.
 */
#pragma once

#include "abi/types.h"
#include "config.h"
#include "port/registers.h"

struct arch_context {
    word_t r[8]; /* r4 to r11 */
    word_t psp;
    word_t exc_return;
};

struct arch_registers {
};

struct arch_return {
    word_t psp, exc_return;
};

struct arch_fpu {
    word_t s[16]; /* s16 to s31; the rest is in the frame */
};

static inline void arch_context_start(struct arch_context *context, word_t entry, word_t stack,
                                      word_t param)
{
    for (unsigned i = 2; i < 8; i++)
        context->r[i] = 0;
    context->r[0] = entry;
    context->r[1] = param;
    context->psp = stack;
    context->exc_return = EXC_RETURN_BASIC;
}

static inline void arch_context_set_result(struct arch_context *context, word_t word)
{
    context->r[0] = word;
}

static inline void arch_context_set_value(struct arch_context *context, word_t word)
{
    context->r[1] = word;
}

static inline word_t arch_context_enter(struct arch_context *context, struct arch_return *save,
                                        word_t entry, word_t stack, word_t param)
{
    save->psp = context->psp;
    save->exc_return = context->exc_return;
    context->psp = stack;
    context->exc_return = EXC_RETURN_BASIC;
    context->r[1] = param;
    return entry;
}

static inline void arch_context_leave(struct arch_context *context, const struct arch_return *save)
{
    context->psp = save->psp;
    context->exc_return = save->exc_return;
}

static inline void arch_context_clear(struct arch_context *context)
{
    for (unsigned i = 0; i < 8; i++)
        context->r[i] = 0;
}

static inline void arch_fpu_init(struct arch_fpu *fpu)
{
    for (unsigned i = 0; i < 16; i++)
        fpu->s[i] = 0;
}

/* A guest's register area, shared with user level: sp, r4 to r11, lr (EXC_RETURN), then s16 to s31
 * of a thread that has the FPU. */
struct arch_guest {
    word_t sp, r[8], lr;
    word_t s[16];
};

static inline word_t arch_guest_bytes(bool has_fpu)
{
    return has_fpu ? sizeof(struct arch_guest) : offsetof(struct arch_guest, s);
}

#include "arch/common/context_functions.h"
