/* SPDX-License-Identifier: Unlicense
 *
 * Random choices; xorshift64*, the same everywhere.
 */
#pragma once

#include "abi/types.h"

void random_seed(uint64_t seed);
word_t random_word(void);
word_t random_below(word_t bound);
bool one_in(word_t bound);

/* Any word: small numbers, ids, limits, noise. */
word_t random_any(void);
