/* SPDX-License-Identifier: Unlicense */
#pragma once

#include "abi/types.h"

#define ARCH_LOADS_PAIRS 0

#define AS_ONE(value)            ((void)(value))
#define LOAD_BOTH(first, second) ((void)(first), (void)(second))

static inline word_t index_mask(word_t index, word_t n)
{
    (void)n;
    return index;
}

static inline bool index_below(word_t *index, word_t n)
{
    return *index < n;
}
