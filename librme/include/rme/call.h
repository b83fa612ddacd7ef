/* SPDX-License-Identifier: Unlicense
 *
 * The system calls as functions, with typed handles: rme/calls.h is generated from abi/calls.toml
 * and has each of them with its rights, statuses and bound. Here is what they stand on.
 */
#pragma once

#include "rme/arch/call.h"
#include "rme/handle.h"

/* From the port (rme/arch): a call of up to two words, of six, of seven, and of seven with the
 * second result.
 *
 *  sword_t rme_hot_call(number, w0, w1)
 *  sword_t rme_call_6(number, w0, ... w5)
 *  sword_t rme_call(number, w0, ... w6)
 *  sword_t rme_call_value(number, w0, ... w6, word_t *value) */

/* Activation as a function (out of line): callee-saved registers come back from the caller's stack.
 */
sword_t rme_invoke_word(word_t port, word_t param, word_t *value);

#include "rme/calls.h"
