/* SPDX-License-Identifier: Unlicense
 *
 * Calls of the stubs in invoke.S. A callee may change every register of the FPU, so that code which
 * is compiled to use it must not keep anything there; the stubs themselves know no FPU.
 */
#pragma once

#include "rme/arch/hot.h"

/* Call a stub with rdi and rsi; its status, and *value. */
#define RME_INVOKE(stub, port, word, value)                                                        \
    __extension__({                                                                                \
        word_t rme_rdi = (port), rme_rsi = (word), rme_rax, rme_rdx;                               \
                                                                                                   \
        __asm__ volatile("call " #stub                                                             \
                         : "=a"(rme_rax), "+D"(rme_rdi), "+S"(rme_rsi), "=d"(rme_rdx)              \
                         :                                                                         \
                         : "rcx", "r8", "r9", "r10", "r11", "cc", "memory" RME_FPU_CLOBBERS);      \
        *(value) = rme_rdx;                                                                        \
        (sword_t) rme_rax;                                                                         \
    })

/* Zeros in the registers of the FPU. */
static inline void rme_fpu_hide(void)
{
#ifdef __AVX__
    __asm__ volatile("vzeroall" : : : "memory" RME_FPU_CLOBBERS);
#elif defined(__SSE__)
    __asm__ volatile("xorps %%xmm0, %%xmm0\n\txorps %%xmm1, %%xmm1\n\txorps %%xmm2, %%xmm2\n\t"
                     "xorps %%xmm3, %%xmm3\n\txorps %%xmm4, %%xmm4\n\txorps %%xmm5, %%xmm5\n\t"
                     "xorps %%xmm6, %%xmm6\n\txorps %%xmm7, %%xmm7\n\txorps %%xmm8, %%xmm8\n\t"
                     "xorps %%xmm9, %%xmm9\n\txorps %%xmm10, %%xmm10\n\txorps %%xmm11, %%xmm11\n\t"
                     "xorps %%xmm12, %%xmm12\n\txorps %%xmm13, %%xmm13\n\t"
                     "xorps %%xmm14, %%xmm14\n\txorps %%xmm15, %%xmm15"
                     :
                     :
                     : "memory" RME_FPU_CLOBBERS);
#endif
}
