/* SPDX-License-Identifier: Unlicense
 *
 * Calls of more than two words, inline: rdi, rsi, rdx, r10, r8, r9, r12. Contract: rme/call.h.
 */
#pragma once

#include "rme/arch/hot.h"

static inline sword_t rme_call_6(word_t number, word_t w0, word_t w1, word_t w2, word_t w3,
                                 word_t w4, word_t w5)
{
    register word_t r10 __asm__("r10") = w3;
    register word_t r8 __asm__("r8") = w4;
    register word_t r9 __asm__("r9") = w5;
    sword_t status;

    __asm__ volatile("syscall"
                     : "=a"(status), "+D"(w0), "+S"(w1), "+d"(w2), "+r"(r10), "+r"(r8), "+r"(r9)
                     : "a"(number)
                     : "rcx", "r11", "memory");
    return status;
}

static inline sword_t rme_call_value(word_t number, word_t w0, word_t w1, word_t w2, word_t w3,
                                     word_t w4, word_t w5, word_t w6, word_t *value)
{
    register word_t r10 __asm__("r10") = w3;
    register word_t r8 __asm__("r8") = w4;
    register word_t r9 __asm__("r9") = w5;
    register word_t r12 __asm__("r12") = w6;
    sword_t status;

    __asm__ volatile("syscall"
                     : "=a"(status), "+D"(w0), "+S"(w1), "+d"(w2), "+r"(r10), "+r"(r8), "+r"(r9)
                     : "a"(number), "r"(r12)
                     : "rcx", "r11", "memory");
    *value = w2;
    return status;
}

static inline sword_t rme_call(word_t number, word_t w0, word_t w1, word_t w2, word_t w3, word_t w4,
                               word_t w5, word_t w6)
{
    word_t value;

    return rme_call_value(number, w0, w1, w2, w3, w4, w5, w6, &value);
}
