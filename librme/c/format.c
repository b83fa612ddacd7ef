/* SPDX-License-Identifier: Unlicense */
#include "format.h"

#include "decimal.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct sink {
    format_put_t put;
    void *whom;
    size_t length;
};

enum length { LENGTH_CHAR, LENGTH_SHORT, LENGTH_INT, LENGTH_LONG, LENGTH_LONG_LONG, LENGTH_SIZE };

struct conversion {
    bool is_left, has_zeros, is_alternate;
    char plus;            /* what stands where a sign might: '+', ' ' or 0 */
    int width, precision; /* of the latter -1: none is given */
    enum length length;
    char letter;
};

/* What a number begins with, its sign and perhaps 0x. */
struct prefix {
    char text[4];
    size_t length;
};

/* The one call through a pointer, by whose name stack.toml knows where it goes. */
__attribute__((noinline)) static void put(struct sink *sink, const char *text, size_t length)
{
    if (length != 0)
        sink->put(sink->whom, text, length);
    sink->length += length;
}

static void fill(struct sink *sink, char c, long count)
{
    for (; count > 0; count--)
        put(sink, &c, 1);
}

static void add(struct prefix *prefix, char c)
{
    if (c != '\0')
        prefix->text[prefix->length++] = c;
}

static char sign_of(const struct conversion *conversion, bool is_negative)
{
    return is_negative ? '-' : conversion->plus;
}

/* Spaces, prefix and zeros; what goes behind a body of `length` is returned. */
static long begin(struct sink *sink, const struct conversion *conversion,
                  const struct prefix *prefix, size_t length, bool may_have_zeros)
{
    long rest = conversion->width - (long)(prefix->length + length);
    bool has_zeros = conversion->has_zeros && may_have_zeros && !conversion->is_left;

    if (!conversion->is_left && !has_zeros)
        fill(sink, ' ', rest);
    put(sink, prefix->text, prefix->length);
    if (has_zeros)
        fill(sink, '0', rest);
    return conversion->is_left ? rest : 0;
}

static void put_text(struct sink *sink, const struct conversion *conversion, const char *text)
{
    const struct prefix none = {0};
    size_t length = 0;
    long rest;

    while ((conversion->precision < 0 || length < (size_t)conversion->precision) &&
           text[length] != '\0')
        length++;
    rest = begin(sink, conversion, &none, length, false);
    put(sink, text, length);
    fill(sink, ' ', rest);
}

/* ---- Integers ---- */

static void put_integer(struct sink *sink, const struct conversion *conversion,
                        unsigned long long size, unsigned base, struct prefix *prefix)
{
    const char *digits = isupper(conversion->letter) ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[sizeof(size) * CHAR_BIT / 3 + 1];
    size_t i = sizeof(text), length;
    long zeros, rest;

    for (; size != 0; size /= base)
        text[--i] = digits[size % base];
    length = sizeof(text) - i;
    zeros = (conversion->precision < 0 ? 1 : conversion->precision) - (long)length;
    if (conversion->letter == 'o' && conversion->is_alternate && zeros < 1)
        zeros = 1;
    zeros = zeros > 0 ? zeros : 0;
    rest = begin(sink, conversion, prefix, length + (size_t)zeros, conversion->precision < 0);
    fill(sink, '0', zeros);
    put(sink, text + i, length);
    fill(sink, ' ', rest);
}

static void put_signed(struct sink *sink, const struct conversion *conversion, long long number)
{
    struct prefix prefix = {0};

    add(&prefix, sign_of(conversion, number < 0));
    put_integer(sink, conversion,
                number < 0 ? -(unsigned long long)number : (unsigned long long)number, 10, &prefix);
}

static void put_unsigned(struct sink *sink, const struct conversion *conversion,
                         unsigned long long number)
{
    struct prefix prefix = {0};
    char letter = (char)tolower(conversion->letter);

    if (letter == 'x' && conversion->is_alternate && number != 0) {
        add(&prefix, '0');
        add(&prefix, conversion->letter);
    }
    put_integer(sink, conversion, number, letter == 'x' ? 16 : letter == 'o' ? 8 : 10, &prefix);
}

/* ---- Doubles ---- */

/* What is behind the digits: a letter, a sign, and at least so many digits. */
struct tail {
    char text[8];
    size_t length;
};

static struct tail exponent_of(char letter, int exponent, size_t digits)
{
    struct tail tail = {{letter, exponent < 0 ? '-' : '+'}, 2};
    int size = exponent < 0 ? -exponent : exponent, count = 1;

    for (int rest = size; rest >= 10; rest /= 10)
        count++;
    if (count < (int)digits)
        count = (int)digits;
    for (int i = count; i-- > 0; size /= 10)
        tail.text[2 + i] = (char)('0' + size % 10);
    tail.length += (size_t)count;
    return tail;
}

/* Digits `from` to `point` in front of the point, `places` behind it, and the tail. */
static void put_decimal(struct sink *sink, const struct conversion *conversion,
                        const struct prefix *prefix, const struct decimal *decimal, int from,
                        int point, int places, const struct tail *tail)
{
    bool has_point = places > 0 || conversion->is_alternate;
    size_t length =
        (size_t)(point - from + 1) + (has_point ? 1 : 0) + (size_t)places + tail->length;
    long rest = begin(sink, conversion, prefix, length, true);

    for (int i = from; i <= point + places; i++) {
        char c = (char)('0' + decimal_digit(decimal, i));

        put(sink, &c, 1);
        if (i == point && has_point)
            put(sink, ".", 1);
    }
    put(sink, tail->text, tail->length);
    fill(sink, ' ', rest);
}

/* Behind so many places nothing is left of a double. */
static void round_behind(struct decimal *decimal, int i, int places)
{
    if (places <= 9 * DECIMAL_FRACTION)
        decimal_round(decimal, i + places + 1);
}

static int without_zeros(const struct decimal *decimal, int point, int places)
{
    while (places > 0 && decimal_digit(decimal, point + places) == 0)
        places--;
    return places;
}

/* %e, %f and %g: `kind` is the letter, small. */
static void put_finite(struct sink *sink, const struct conversion *conversion,
                       const struct prefix *prefix, double number, char kind)
{
    int places = conversion->precision < 0 ? 6 : conversion->precision, first, exponent;
    char letter = isupper(conversion->letter) ? 'E' : 'e';
    struct decimal decimal;
    struct tail tail = {0};

    decimal_from(&decimal, number);
    if (kind == 'g')
        places = places > 0 ? places - 1 : 0;
    round_behind(&decimal, kind == 'f' ? DECIMAL_ONES : decimal_first(&decimal), places);
    first = decimal_first(&decimal);
    exponent = DECIMAL_ONES - first;
    if (kind == 'g' && exponent >= -4 && exponent <= places) {
        places -= exponent;
        kind = 'f';
        if (!conversion->is_alternate)
            places = without_zeros(&decimal, DECIMAL_ONES, places);
    } else if (kind == 'g' && !conversion->is_alternate) {
        places = without_zeros(&decimal, first, places);
    }
    if (kind == 'f') {
        put_decimal(sink, conversion, prefix, &decimal, first < DECIMAL_ONES ? first : DECIMAL_ONES,
                    DECIMAL_ONES, places, &tail);
        return;
    }
    tail = exponent_of(letter, exponent, 2);
    put_decimal(sink, conversion, prefix, &decimal, first, first, places, &tail);
}

/* %a: 0x1, the 52 bits behind it as 13 digits, and the exponent of 2. */
static void put_hexadecimal(struct sink *sink, const struct conversion *conversion,
                            struct prefix *prefix, double number)
{
    enum { PLACES = 13 };
    const char *digits = conversion->letter == 'A' ? "0123456789ABCDEF" : "0123456789abcdef";
    int exponent = 0, places = conversion->precision;
    uint64_t size = (uint64_t)ldexp(frexp(fabs(number), &exponent), 53);
    struct tail tail;
    long rest;

    add(prefix, '0');
    add(prefix, conversion->letter == 'A' ? 'X' : 'x');
    if (places >= 0 && places < PLACES) {
        uint64_t unit = (uint64_t)1 << 4 * (PLACES - places), more = size % unit;

        size -= more;
        if (more > unit / 2 || (more == unit / 2 && (size / unit) % 2 != 0))
            size += unit;
    }
    for (int i = PLACES; conversion->precision < 0 && (places = i) > 0; i--)
        if (size >> 4 * (PLACES - i) & 15)
            break;
    tail = exponent_of(conversion->letter == 'A' ? 'P' : 'p', size != 0 ? exponent - 1 : 0, 1);
    rest = begin(sink, conversion, prefix,
                 (places > 0 || conversion->is_alternate ? 2u : 1u) + (size_t)places + tail.length,
                 true);
    put(sink, &digits[size >> 4 * PLACES], 1);
    if (places > 0 || conversion->is_alternate)
        put(sink, ".", 1);
    for (int i = 1; i <= places; i++)
        put(sink, i <= PLACES ? &digits[size >> 4 * (PLACES - i) & 15] : "0", 1);
    put(sink, tail.text, tail.length);
    fill(sink, ' ', rest);
}

static void put_double(struct sink *sink, const struct conversion *conversion, double number)
{
    bool is_upper = isupper(conversion->letter), is_nan = isnan(number);
    char kind = (char)tolower(conversion->letter);
    struct prefix prefix = {0};
    const char *text;
    long rest;

    add(&prefix, sign_of(conversion, !is_nan && signbit(number)));
    if (isfinite(number)) {
        if (kind == 'a')
            put_hexadecimal(sink, conversion, &prefix, number);
        else
            put_finite(sink, conversion, &prefix, number, kind);
        return;
    }
    text = is_nan ? (is_upper ? "NAN" : "nan") : (is_upper ? "INF" : "inf");
    rest = begin(sink, conversion, &prefix, 3, false);
    put(sink, text, 3);
    fill(sink, ' ', rest);
}

/* ---- Conversions ---- */

struct arguments {
    va_list list;
};

static const char *read_count(const char *text, struct arguments *from, int *count)
{
    if (*text == '*') {
        *count = va_arg(from->list, int);
        return text + 1;
    }
    for (*count = 0; isdigit(*text); text++)
        *count = *count < INT_MAX / 10 - 1 ? 10 * *count + *text - '0' : INT_MAX / 10;
    return text;
}

static const char *read_flags(const char *text, struct conversion *conversion)
{
    for (;; text++) {
        if (*text == '-')
            conversion->is_left = true;
        else if (*text == '0')
            conversion->has_zeros = true;
        else if (*text == '#')
            conversion->is_alternate = true;
        else if (*text == '+' || (*text == ' ' && conversion->plus == '\0'))
            conversion->plus = *text;
        else
            return text;
    }
}

static const char *read_length(const char *text, struct conversion *conversion)
{
    static const struct {
        char text[3];
        enum length length;
    } lengths[] = {{"hh", LENGTH_CHAR},    {"h", LENGTH_SHORT}, {"ll", LENGTH_LONG_LONG},
                   {"l", LENGTH_LONG},     {"z", LENGTH_SIZE},  {"t", LENGTH_SIZE},
                   {"j", LENGTH_LONG_LONG}};

    conversion->length = LENGTH_INT;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        if (strncmp(text, lengths[i].text, strlen(lengths[i].text)) == 0) {
            conversion->length = lengths[i].length;
            return text + strlen(lengths[i].text);
        }
    return text;
}

static const char *parse(const char *text, struct conversion *conversion, struct arguments *from)
{
    *conversion = (struct conversion){.precision = -1};
    text = read_flags(text, conversion);
    text = read_count(text, from, &conversion->width);
    if (conversion->width < 0) {
        conversion->is_left = true;
        conversion->width = -conversion->width;
    }
    if (*text == '.')
        text = read_count(text + 1, from, &conversion->precision);
    text = read_length(text, conversion);
    conversion->letter = *text;
    return text;
}

static long long next_signed(const struct conversion *conversion, struct arguments *from)
{
    int number;

    if (conversion->length == LENGTH_LONG_LONG)
        return va_arg(from->list, long long);
    if (conversion->length == LENGTH_LONG)
        return va_arg(from->list, long);
    if (conversion->length == LENGTH_SIZE)
        return va_arg(from->list, ptrdiff_t);
    number = va_arg(from->list, int);
    if (conversion->length == LENGTH_CHAR)
        return (signed char)number;
    return conversion->length == LENGTH_SHORT ? (short)number : number;
}

static unsigned long long next_unsigned(const struct conversion *conversion, struct arguments *from)
{
    unsigned number;

    if (conversion->length == LENGTH_LONG_LONG)
        return va_arg(from->list, unsigned long long);
    if (conversion->length == LENGTH_LONG)
        return va_arg(from->list, unsigned long);
    if (conversion->length == LENGTH_SIZE)
        return va_arg(from->list, size_t);
    number = va_arg(from->list, unsigned);
    if (conversion->length == LENGTH_CHAR)
        return (unsigned char)number;
    return conversion->length == LENGTH_SHORT ? (unsigned short)number : number;
}

static void put_character(struct sink *sink, const struct conversion *conversion, char c)
{
    const struct prefix none = {0};
    long rest = begin(sink, conversion, &none, 1, false);

    put(sink, &c, 1);
    fill(sink, ' ', rest);
}

/* What is no conversion stands for itself. */
static void convert(struct sink *sink, struct conversion *conversion, struct arguments *from)
{
    switch (conversion->letter) {
    case 'd':
    case 'i':
        put_signed(sink, conversion, next_signed(conversion, from));
        break;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        put_unsigned(sink, conversion, next_unsigned(conversion, from));
        break;
    case 'p':
        conversion->letter = 'x';
        conversion->is_alternate = true;
        put_unsigned(sink, conversion, (uintptr_t)va_arg(from->list, void *));
        break;
    case 'c':
        put_character(sink, conversion, (char)va_arg(from->list, int));
        break;
    case 's':
        put_text(sink, conversion, va_arg(from->list, const char *));
        break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        put_double(sink, conversion, va_arg(from->list, double));
        break;
    default:
        put(sink, &conversion->letter, 1);
        break;
    }
}

int format_list(format_put_t to, void *whom, const char *format, va_list list)
{
    struct sink sink = {to, whom, 0};
    struct arguments from;

    va_copy(from.list, list);
    while (*format != '\0') {
        struct conversion conversion;
        size_t plain = strcspn(format, "%");

        put(&sink, format, plain);
        format += plain;
        if (*format == '\0')
            break;
        format = parse(format + 1, &conversion, &from);
        if (*format == '\0')
            break;
        convert(&sink, &conversion, &from);
        format++;
    }
    va_end(from.list);
    return (int)sink.length;
}

/* ---- Into a buffer ---- */

struct buffer {
    char *at;
    size_t room;
};

static void copy(void *whom, const char *text, size_t length)
{
    struct buffer *buffer = whom;
    size_t part = length < buffer->room ? length : buffer->room;

    (void)memcpy(buffer->at, text, part);
    buffer->at += part;
    buffer->room -= part;
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list list)
{
    char nothing;
    struct buffer to = {size != 0 ? buffer : &nothing, size != 0 ? size - 1 : 0};
    int length = format_list(copy, &to, format, list);

    *to.at = '\0';
    return length;
}

int vsprintf(char *buffer, const char *format, va_list list)
{
    return vsnprintf(buffer, INT_MAX, format, list);
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list list;
    int length;

    va_start(list, format);
    length = vsnprintf(buffer, size, format, list);
    va_end(list);
    return length;
}

int sprintf(char *buffer, const char *format, ...)
{
    va_list list;
    int length;

    va_start(list, format);
    length = vsprintf(buffer, format, list);
    va_end(list);
    return length;
}
