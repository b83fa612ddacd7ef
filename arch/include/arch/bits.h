/* SPDX-License-Identifier: Unlicense
 *
 * Bit operations and the speculation mask. Inline, and not counted among the functions of the
 * contract.
 *
 *  unsigned bit_highest(word_t word)
 *      The index of the highest set bit. Before: word is not 0. Cost: constant.
 *
 *  word_t index_mask(word_t index, word_t bound)
 *      The index, which was tested to be below bound; on a core that guesses branches and reads
 *      behind a wrong guess, 0 where the test would have failed. Empty on others. Cost: constant.
 *
 *  bool index_below(word_t *index, word_t bound)
 *      The test and the mask in one: whether *index is below bound, and then it was masked. Cost:
 *      constant.
 *
 *  AS_ONE(value)
 *      Keep the compiler from taking a value apart, and computing its pieces where each is used.
 *      Changes nothing; empty where an instruction computes an address on the way.
 *
 *  ARCH_LOADS_PAIRS
 *      A fact: whether one instruction loads two neighbouring words.
 *
 *  LOAD_BOTH(first, second)
 *      Two neighbouring words, read just before: have them loaded here, by one instruction. Changes
 *      nothing; empty where there is no such instruction.
 */
#pragma once

#include <port/bits.h>
