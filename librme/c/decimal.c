/* SPDX-License-Identifier: Unlicense */
#include "decimal.h"

#include <string.h>

enum { BASE = 1000000000, DIGITS = 9 };

static const uint32_t powers[DIGITS] = {100000000, 10000000, 1000000, 100000, 10000,
                                        1000,      100,      10,      1};

static void double_up(struct decimal *decimal, unsigned shift)
{
    uint64_t carry = 0;

    for (int i = decimal->end - 1; i >= decimal->begin; i--) {
        carry += (uint64_t)decimal->word[i] << shift;
        decimal->word[i] = (uint32_t)(carry % BASE);
        carry /= BASE;
    }
    if (carry != 0)
        decimal->word[--decimal->begin] = (uint32_t)carry;
}

/* By 2^9 at most, of which BASE is a multiple. */
static void halve(struct decimal *decimal, unsigned shift)
{
    uint32_t carry = 0, step = (uint32_t)BASE >> shift;

    for (int i = decimal->begin; i < decimal->end; i++) {
        uint32_t word = decimal->word[i];

        decimal->word[i] = (word >> shift) + carry;
        carry = (word & ((1u << shift) - 1)) * step;
    }
    if (carry != 0)
        decimal->word[decimal->end++] = carry;
    if (decimal->begin < decimal->end && decimal->word[decimal->begin] == 0)
        decimal->begin++;
}

void decimal_from(struct decimal *decimal, double number)
{
    uint64_t bits;
    int exponent;

    (void)memcpy(&bits, &number, sizeof(bits));
    (void)memset(decimal, 0, sizeof(*decimal));
    exponent = (int)(bits >> 52 & 0x7FF);
    bits &= ((uint64_t)1 << 52) - 1;
    if (exponent != 0)
        bits |= (uint64_t)1 << 52;
    exponent = (exponent != 0 ? exponent : 1) - 1075;
    decimal->begin = DECIMAL_WHOLE - 2;
    decimal->end = DECIMAL_WHOLE;
    decimal->word[DECIMAL_WHOLE - 2] = (uint32_t)(bits / BASE);
    decimal->word[DECIMAL_WHOLE - 1] = (uint32_t)(bits % BASE);
    for (; exponent > 0; exponent -= exponent < 29 ? exponent : 29)
        double_up(decimal, (unsigned)(exponent < 29 ? exponent : 29));
    for (; exponent<0; exponent += exponent> - DIGITS ? -exponent : DIGITS)
        halve(decimal, (unsigned)(exponent > -DIGITS ? -exponent : DIGITS));
}

unsigned decimal_digit(const struct decimal *decimal, int i)
{
    return i / DIGITS < DECIMAL_WORDS ? decimal->word[i / DIGITS] / powers[i % DIGITS] % 10 : 0;
}

int decimal_first(const struct decimal *decimal)
{
    int i = 0;

    while (i < DECIMAL_WORDS && decimal->word[i] == 0)
        i++;
    if (i == DECIMAL_WORDS)
        return DECIMAL_ONES;
    i *= DIGITS;
    while (decimal_digit(decimal, i) == 0)
        i++;
    return i;
}

/* Whether anything behind digit i is not 0. */
static bool has_more(const struct decimal *decimal, int i)
{
    int next = i / DIGITS + 1;

    if (decimal->word[i / DIGITS] % powers[i % DIGITS] != 0)
        return true;
    while (next < DECIMAL_WORDS && decimal->word[next] == 0)
        next++;
    return next < DECIMAL_WORDS;
}

void decimal_round(struct decimal *decimal, int i)
{
    unsigned digit = decimal_digit(decimal, i);
    int last = (i - 1) / DIGITS;
    uint32_t unit = powers[(i - 1) % DIGITS];
    bool is_up;

    if (i / DIGITS >= DECIMAL_WORDS)
        return;
    is_up = digit > 5 ||
            (digit == 5 && (has_more(decimal, i) || decimal_digit(decimal, i - 1) % 2 != 0));
    decimal->word[last] -= decimal->word[last] % unit;
    (void)memset(&decimal->word[last + 1], 0,
                 sizeof(uint32_t) * (size_t)(DECIMAL_WORDS - 1 - last));
    if (!is_up)
        return;
    decimal->word[last] += unit;
    while (decimal->word[last] >= BASE) {
        decimal->word[last] -= BASE;
        decimal->word[--last]++;
    }
}
