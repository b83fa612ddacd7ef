/* SPDX-License-Identifier: Unlicense
 *
 * Hot calls, inline: number in rax, words in rdi and rsi, status in rax, second result in rdx. The
 * kernel keeps rbx, rbp and r12 to r15; of the rest nothing is left. Code is compiled without a red
 * zone, because these push.
 */
#pragma once

#include "abi/types.h"

/* The FPU's registers, for code that is compiled to use it. */
#ifdef __SSE__
#define RME_FPU_CLOBBERS                                                                           \
    , "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",     \
        "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
#else
#define RME_FPU_CLOBBERS
#endif

static inline sword_t rme_hot_call(word_t number, word_t word0, word_t word1)
{
    sword_t status;

    __asm__ volatile("syscall"
                     : "=a"(status), "+D"(word0), "+S"(word1)
                     : "a"(number)
                     : "rdx", "rcx", "r8", "r9", "r10", "r11", "memory");
    return status;
}

/* Activate a port, with the registers that a call preserves kept on the caller's own stack,
 * whatever the callee does to them. *value is what it returned. What is in them the callee sees:
 * rme/invoke.h has the stubs that hide it. rbp may be a frame pointer, which no compiler lets an
 * operand name, so that it is kept by hand. */
static inline sword_t rme_hot_invoke(word_t number, word_t port, word_t param, word_t *value)
{
    sword_t status;

    __asm__ volatile("push %%rbp\n\t"
                     "syscall\n\t"
                     "pop %%rbp"
                     : "=a"(status), "+D"(port), "+S"(param), "=d"(*value)
                     : "a"(number)
                     : "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "memory" RME_FPU_CLOBBERS);
    return status;
}
