/* SPDX-License-Identifier: Unlicense
 *
 * The system calls as functions, with typed handles: rme/calls.h is generated from abi/calls.toml
 * and has each of them with its rights, statuses and bound. Here is what they stand on.
 */
#pragma once

#include "rme/arch/hot.h"
#include "rme/handle.h"

/* A call by its block: number and seven words; status and second result come back in the first two.
 */
void rme_call_block(word_t block[8]);

static inline sword_t rme_call(word_t number, word_t w0, word_t w1, word_t w2, word_t w3, word_t w4,
                               word_t w5, word_t w6)
{
    word_t block[8] = {number, w0, w1, w2, w3, w4, w5, w6};

    rme_call_block(block);
    return (sword_t)block[0];
}

/* The same with the second result. */
static inline sword_t rme_call_value(word_t number, word_t w0, word_t w1, word_t w2, word_t w3,
                                     word_t w4, word_t w5, word_t w6, word_t *value)
{
    word_t block[8] = {number, w0, w1, w2, w3, w4, w5, w6};

    rme_call_block(block);
    *value = block[1];
    return (sword_t)block[0];
}

/* Activation as a function (out of line): callee-saved registers come back from the caller's stack.
 */
sword_t rme_invoke_word(word_t port, word_t param, word_t *value);

#include "rme/calls.h"
