/* SPDX-License-Identifier: Unlicense
 *
 * A finite double in decimal, exactly: it has at most 309 digits in front of the point and 1,074
 * behind it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    DECIMAL_WHOLE = 36,     /* words of nine digits in front of the point, one more than needed */
    DECIMAL_FRACTION = 120, /* and behind it */
    DECIMAL_WORDS = DECIMAL_WHOLE + DECIMAL_FRACTION,
    DECIMAL_ONES = 9 * DECIMAL_WHOLE - 1, /* index of the digit in front of the point */
};

struct decimal {
    uint32_t word[DECIMAL_WORDS]; /* the highest first */
    int begin, end;               /* words outside of this are 0 */
};

/* The size of a finite number. */
void decimal_from(struct decimal *decimal, double number);

/* Digit i, from the highest on; those behind the last are 0. */
unsigned decimal_digit(const struct decimal *decimal, int i);

/* Index of the first digit that is not 0; of zero DECIMAL_ONES. */
int decimal_first(const struct decimal *decimal);

/* To the nearest number whose digits from i >= 1 on are 0, of two to the even one. */
void decimal_round(struct decimal *decimal, int i);
