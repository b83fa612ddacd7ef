/* SPDX-License-Identifier: Unlicense
 *
 * Bit operations and the speculation mask.
 *
 *   unsigned bit_highest(word_t word)           index of the highest set bit; word is not 0
 *   word_t index_mask(word_t index, word_t n)   index, already tested to be below n, that also a
 *                                               core that guessed the test wrong cannot pass;
 *                                               the index itself on cores that do not speculate
 */
#pragma once

#include <port/bits.h>
