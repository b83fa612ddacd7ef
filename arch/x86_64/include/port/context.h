/* SPDX-License-Identifier: Unlicense
 *
 * Registers of a thread. A system call destroys rcx and r11, returns rax and rdx, keeps rbx, rbp
 * and r12 to r15, and clears the rest; those six cross an invocation both ways. A thread that has
 * left its CPU by a hot call has only its six registers here, and `held` says so; one that was
 * interrupted has all. FS and GS base belong to the thread wherever it runs.
 * Contract: arch/include/arch/context.h.
 */
#pragma once

#include "abi/types.h"
#include "config.h"
#include "port/offsets.h"

enum held {
    HELD_IS_PRESERVED = HELD_PRESERVED, /* rax and the six; the rest is to be cleared */
    HELD_IS_RESULTS = HELD_RESULTS,     /* and rdx and rdi */
    HELD_IS_ALL = HELD_ALL,             /* and everything else, with the flags */
};

/* What every call writes; the line of 64 bytes goes on with the thread (kernel/schedule.h). */
struct arch_context {
    word_t rax, rip, rsp, held, rdx, rdi;
};

/* By lines: what a switch writes, and what only an interruption does. Behind the 128 bytes that an
 * instruction reaches by one byte. */
struct arch_registers {
    word_t rbx, rbp, r12, r13, r14, r15, fs, gs;
    word_t rsi, rcx, r8, r9, r10, r11, rflags, spare;
};

struct arch_return {
    word_t rip, rsp;
};

/* XSAVE area: legacy region, header, AVX. SDM volume 1, 13.4. It is aligned inside, because kernel
 * memory is in granules of 32 bytes. */
enum { FPU_AREA_BYTES = 512 + 64 + 256, FPU_ALIGN = 64 };

struct arch_fpu {
    word_t words[(FPU_AREA_BYTES + FPU_ALIGN) / sizeof(word_t)];
};

void arch_context_start(struct arch_context *context, word_t entry, word_t stack, word_t param);

static inline void arch_context_set_result(struct arch_context *context, word_t word)
{
    context->rax = word;
}

static inline void arch_context_set_value(struct arch_context *context, word_t word)
{
    context->rdx = word;
}

static inline word_t arch_context_enter(struct arch_context *context, struct arch_return *save,
                                        word_t entry, word_t stack, word_t param)
{
    save->rip = context->rip;
    save->rsp = context->rsp;
    context->rip = entry;
    context->rsp = stack;
    context->rdi = param;
    return 0;
}

static inline void arch_context_leave(struct arch_context *context, const struct arch_return *save)
{
    context->rip = save->rip;
    context->rsp = save->rsp;
}

void arch_context_clear(struct arch_context *context);

void arch_fpu_init(struct arch_fpu *fpu);

/* A guest's register area, shared with user level. FS and GS base stay with the thread. */
struct arch_guest {
    word_t rsp, rip, rflags;
    word_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
    word_t fpu[FPU_AREA_BYTES / sizeof(word_t)];
};

static inline word_t arch_guest_bytes(bool has_fpu)
{
    return has_fpu ? sizeof(struct arch_guest) : offsetof(struct arch_guest, fpu);
}

#include "arch/common/context_functions.h"
