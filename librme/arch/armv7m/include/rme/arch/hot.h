/* SPDX-License-Identifier: Unlicense
 *
 * Hot calls, inline: number in r4, words in r5 and r6, status in r4, second result in r5. The
 * kernel keeps r6 to r11 and the frame keeps r0-r3 and r12.
 */
#pragma once

#include "abi/types.h"

/* The FPU's registers, for code that is compiled to use it. */
#ifdef __ARM_FP
#define RME_FPU_CLOBBERS                                                                           \
    , "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13",      \
        "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", \
        "s27", "s28", "s29", "s30", "s31"
#else
#define RME_FPU_CLOBBERS
#endif

static inline sword_t rme_hot_call(word_t number, word_t word0, word_t word1)
{
    register word_t r4 __asm__("r4") = number;
    register word_t r5 __asm__("r5") = word0;
    register word_t r6 __asm__("r6") = word1;

    __asm__ volatile("svc 0" : "+r"(r4), "+r"(r5), "+r"(r6) : : "memory");
    return (sword_t)r4;
}

/* Activate a port, with the callee-saved registers kept on the caller's own stack, whatever the
 * callee does to them. *value is what it returned. What is in them the callee sees: rme/invoke.h
 * has the stubs that hide it. r7 and r11 may be frame pointers, which no compiler lets an operand
 * name, so that they are kept by hand. */
static inline sword_t rme_hot_invoke(word_t number, word_t port, word_t param, word_t *value)
{
    register word_t r4 __asm__("r4") = number;
    register word_t r5 __asm__("r5") = port;
    register word_t r6 __asm__("r6") = param;

    __asm__ volatile("push {r7, r11}\n\t"
                     "svc 0\n\t"
                     "pop {r7, r11}"
                     : "+r"(r4), "+r"(r5), "+r"(r6)
                     :
                     : "r8", "r9", "r10", "memory" RME_FPU_CLOBBERS);
    *value = r5;
    return (sword_t)r4;
}
