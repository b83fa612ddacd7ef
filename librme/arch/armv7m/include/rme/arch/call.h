/* SPDX-License-Identifier: Unlicense
 *
 * Calls of more than two words, by a stub (call.S): r7 and r11 may be frame pointers, which no
 * compiler lets an operand name. Contract: rme/call.h.
 */
#pragma once

#include "rme/arch/hot.h"

/* A call by its block: number and seven words; status and second result come back in the first two.
 */
void rme_call_block(word_t block[8]);

static inline sword_t rme_call_value(word_t number, word_t w0, word_t w1, word_t w2, word_t w3,
                                     word_t w4, word_t w5, word_t w6, word_t *value)
{
    word_t block[8] = {number, w0, w1, w2, w3, w4, w5, w6};

    rme_call_block(block);
    *value = block[1];
    return (sword_t)block[0];
}

static inline sword_t rme_call(word_t number, word_t w0, word_t w1, word_t w2, word_t w3, word_t w4,
                               word_t w5, word_t w6)
{
    word_t value;

    return rme_call_value(number, w0, w1, w2, w3, w4, w5, w6, &value);
}

static inline sword_t rme_call_6(word_t number, word_t w0, word_t w1, word_t w2, word_t w3,
                                 word_t w4, word_t w5)
{
    return rme_call(number, w0, w1, w2, w3, w4, w5, 0);
}
