/* SPDX-License-Identifier: Unlicense
 *
 * Texts of boot: four characters as a word, and texts one behind the other.
 */
#pragma once

#include "abi/types.h"

#define CHARACTERS(a, b, c, d)                                                                     \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

static inline const char *text_behind(const char *text)
{
    while (*text++ != '\0')
        continue;
    return text;
}
