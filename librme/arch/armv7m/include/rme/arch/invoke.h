/* SPDX-License-Identifier: Unlicense
 *
 * Calls of the stubs in invoke.S. A callee may change every register of the FPU, so that code which
 * is compiled to use it must not keep anything there; the stubs themselves know no FPU.
 */
#pragma once

#include "rme/arch/hot.h"

/* Call a stub with r0 and r1; its status, and *value. */
#define RME_INVOKE(stub, port, word, value)                                                        \
    __extension__({                                                                                \
        register word_t rme_r0 __asm__("r0") = (port);                                             \
        register word_t rme_r1 __asm__("r1") = (word);                                             \
                                                                                                   \
        __asm__ volatile("bl " #stub                                                               \
                         : "+r"(rme_r0), "+r"(rme_r1)                                              \
                         :                                                                         \
                         : "r2", "r3", "r12", "lr", "cc", "memory" RME_FPU_CLOBBERS);              \
        *(value) = rme_r1;                                                                         \
        (sword_t) rme_r0;                                                                          \
    })

/* Zeros in the registers of the FPU. */
static inline void rme_fpu_hide(void)
{
#ifdef __ARM_FP
    __asm__ volatile("mov r2, #0\n\t"
                     "vmov d0, r2, r2\n\tvmov d1, r2, r2\n\tvmov d2, r2, r2\n\tvmov d3, r2, r2\n\t"
                     "vmov d4, r2, r2\n\tvmov d5, r2, r2\n\tvmov d6, r2, r2\n\tvmov d7, r2, r2\n\t"
                     "vmov d8, r2, r2\n\tvmov d9, r2, r2\n\tvmov d10, r2, r2\n\t"
                     "vmov d11, r2, r2\n\tvmov d12, r2, r2\n\tvmov d13, r2, r2\n\t"
                     "vmov d14, r2, r2\n\tvmov d15, r2, r2"
                     :
                     :
                     : "r2" RME_FPU_CLOBBERS);
#endif
}
