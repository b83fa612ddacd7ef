/* SPDX-License-Identifier: Unlicense
 *
 * strtod(): the nearest double, of two the even one. A decimal number is a quotient of two
 * integers, which are divided bit by bit; digits that cannot change the result any more only leave
 * a mark.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_MAX = 770,   /* no two doubles have their middle behind these */
    EXPONENT_MAX = 400, /* 10^400 and 10^-400 are infinity and zero */
    WORDS = 130,        /* 10^(DIGITS_MAX + EXPONENT_MAX), and room to shift */
};

struct big {
    int count;
    uint32_t word[WORDS]; /* the lowest first */
};

/* A number that is being read: size * base^exponent, and more behind it if `has_more`. */
struct parts {
    struct big size;
    int digits;    /* that are in it, leading zeros left out */
    long exponent; /* of 10, or of 2 */
    bool has_more;
};

/* ---- Integers of any size ---- */

static void multiply_add(struct big *big, uint32_t factor, uint32_t carry)
{
    uint64_t sum = carry;

    for (int i = 0; i < big->count; i++) {
        sum += (uint64_t)big->word[i] * factor;
        big->word[i] = (uint32_t)sum;
        sum >>= 32;
    }
    if (sum != 0)
        big->word[big->count++] = (uint32_t)sum;
}

static void multiply_power(struct big *big, long exponent)
{
    for (; exponent >= 9; exponent -= 9)
        multiply_add(big, 1000000000, 0);
    for (; exponent > 0; exponent--)
        multiply_add(big, 10, 0);
}

static void shift_up(struct big *big, int bits)
{
    int words = bits / 32;

    multiply_add(big, (uint32_t)1 << bits % 32, 0);
    if (words == 0 || big->count == 0)
        return;
    (void)memmove(big->word + words, big->word, sizeof(uint32_t) * (size_t)big->count);
    (void)memset(big->word, 0, sizeof(uint32_t) * (size_t)words);
    big->count += words;
}

static int bits_of(const struct big *big)
{
    return big->count == 0 ? 0 : 32 * big->count - __builtin_clz(big->word[big->count - 1]);
}

static int compare(const struct big *left, const struct big *right)
{
    if (left->count != right->count)
        return left->count < right->count ? -1 : 1;
    for (int i = left->count - 1; i >= 0; i--)
        if (left->word[i] != right->word[i])
            return left->word[i] < right->word[i] ? -1 : 1;
    return 0;
}

static void subtract(struct big *from, const struct big *what)
{
    int64_t borrow = 0;

    for (int i = 0; i < from->count; i++) {
        borrow += (int64_t)from->word[i] - (i < what->count ? (int64_t)what->word[i] : 0);
        from->word[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    while (from->count > 0 && from->word[from->count - 1] == 0)
        from->count--;
}

/* ---- Rounding ---- */

/* bits * 2^exponent, of which bit 63 is set, and more behind it if `has_more`. */
static double assemble(uint64_t bits, long exponent, bool has_more)
{
    long highest = exponent + 63, drop = 11;
    uint64_t kept, half, result;
    double number;

    if (highest < -1022)
        drop += -1022 - highest;
    if (highest > 1023 || drop > 64) {
        errno = ERANGE;
        return highest > 1023 ? HUGE_VAL : 0;
    }
    kept = drop == 64 ? 0 : bits >> drop;
    half = (uint64_t)1 << (drop - 1);
    bits &= half | (half - 1);
    if (bits > half || (bits == half && (has_more || kept % 2 != 0)))
        kept++;
    if (drop > 11)
        errno = ERANGE;
    /* A carry goes into the exponent, where it belongs. */
    result = (drop > 11 ? 0 : (uint64_t)(highest + 1022) << 52) + kept;
    (void)memcpy(&number, &result, sizeof(number));
    if (isinf(number))
        errno = ERANGE;
    return number;
}

/* 64 bits of a quotient, one after another. */
static double divide(struct big *above, struct big *below, bool has_more)
{
    int shift = bits_of(above) - bits_of(below);
    uint64_t bits = 0;

    shift_up(shift < 0 ? above : below, shift < 0 ? -shift : shift);
    if (compare(above, below) < 0) {
        shift_up(above, 1);
        shift--;
    }
    for (int i = 0; i < 64; i++) {
        bits <<= 1;
        if (compare(above, below) >= 0) {
            subtract(above, below);
            bits |= 1;
        }
        shift_up(above, 1);
    }
    return assemble(bits, shift - 63, has_more || above->count != 0);
}

static double decimal_value(struct parts *parts)
{
    struct big one = {1, {1}};

    if (parts->size.count == 0)
        return 0;
    if (parts->exponent + parts->digits > EXPONENT_MAX ||
        parts->exponent + parts->digits < -EXPONENT_MAX) {
        errno = ERANGE;
        return parts->exponent > 0 ? HUGE_VAL : 0;
    }
    multiply_power(parts->exponent < 0 ? &one : &parts->size, labs(parts->exponent));
    return divide(&parts->size, &one, parts->has_more);
}

static double hexadecimal_value(struct parts *parts)
{
    enum { LIMIT = 5000 }; /* bits, far behind infinity and zero */
    int highest = bits_of(&parts->size) - 1;
    uint64_t bits = 0;

    if (highest < 0)
        return 0;
    if (labs(parts->exponent) > LIMIT) {
        errno = ERANGE;
        return parts->exponent > 0 ? HUGE_VAL : 0;
    }
    for (int i = highest; i > highest - 64; i--)
        bits = bits << 1 | (i >= 0 ? parts->size.word[i / 32] >> i % 32 & 1 : 0);
    for (int i = highest - 64; i >= 0; i--)
        parts->has_more |= (parts->size.word[i / 32] >> i % 32 & 1) != 0;
    return assemble(bits, parts->exponent + highest - 63, parts->has_more);
}

/* ---- Text ---- */

static uint32_t digit_of(char c)
{
    return (uint32_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
}

static void add_digit(struct parts *parts, uint32_t base, uint32_t digit, bool is_behind_point)
{
    long step = base == 16 ? 4 : 1;

    if (parts->digits < DIGITS_MAX) {
        multiply_add(&parts->size, base, digit);
        parts->digits += parts->size.count != 0 ? 1 : 0;
        parts->exponent -= is_behind_point ? step : 0;
    } else {
        parts->has_more |= digit != 0;
        parts->exponent += is_behind_point ? 0 : step;
    }
}

/* Digits with a point among them; NULL: there is no digit. */
static const char *read_digits(const char *text, uint32_t base, struct parts *parts)
{
    bool has_point = false, has_digits = false;

    for (;; text++) {
        if (*text == '.' && !has_point)
            has_point = true;
        else if (base == 16 ? isxdigit(*text) : isdigit(*text))
            add_digit(parts, base, digit_of(*text), has_point);
        else
            return has_digits ? text : NULL;
        has_digits |= *text != '.';
    }
}

/* An exponent, if all of it is there. */
static const char *read_exponent(const char *text, char letter, struct parts *parts)
{
    enum { LIMIT = 100000 };
    bool is_negative;
    const char *at = text + 1;
    long exponent = 0;

    if (tolower(*text) != letter)
        return text;
    is_negative = *at == '-';
    at += *at == '-' || *at == '+' ? 1 : 0;
    if (!isdigit(*at))
        return text;
    for (; isdigit(*at); at++)
        exponent = exponent < LIMIT ? exponent * 10 + (*at - '0') : exponent;
    parts->exponent += is_negative ? -exponent : exponent;
    return at;
}

/* NULL: it does not begin so, in letters of any size. */
static const char *behind_word(const char *text, const char *word)
{
    for (; *word != '\0'; text++, word++)
        if (tolower(*text) != *word)
            return NULL;
    return text;
}

static const char *read_size(const char *text, double *number)
{
    struct parts parts = {0};
    const char *end;

    if ((end = behind_word(text, "infinity")) != NULL || (end = behind_word(text, "inf")) != NULL) {
        *number = HUGE_VAL;
        return end;
    }
    if ((end = behind_word(text, "nan")) != NULL) {
        *number = (double)NAN;
        return end;
    }
    if (behind_word(text, "0x") != NULL && (end = read_digits(text + 2, 16, &parts)) != NULL) {
        end = read_exponent(end, 'p', &parts);
        *number = hexadecimal_value(&parts);
        return end;
    }
    parts = (struct parts){0};
    end = read_digits(text, 10, &parts);
    if (end != NULL) {
        end = read_exponent(end, 'e', &parts);
        *number = decimal_value(&parts);
    }
    return end;
}

double strtod(const char *text, char **end)
{
    const char *at = text;
    double number = 0;
    bool is_negative;

    while (isspace(*at))
        at++;
    is_negative = *at == '-';
    at += *at == '-' || *at == '+' ? 1 : 0;
    at = read_size(at, &number);
    if (end != NULL)
        *end = strchr(at != NULL ? at : text, *(at != NULL ? at : text)); /* the same, not const */
    return is_negative && at != NULL ? -number : number;
}
