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
 */
#pragma once

#include <port/bits.h>
