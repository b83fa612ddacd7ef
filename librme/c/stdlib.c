/* SPDX-License-Identifier: Unlicense */
#include <stdlib.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>

int errno;

/* ---- Numbers ---- */

struct number {
    unsigned long long size;
    bool is_negative, has_overflown;
};

static int digit_of(char c)
{
    if (isdigit(c))
        return c - '0';
    return isalpha(c) ? tolower(c) - 'a' + 10 : INT_MAX;
}

/* Where the digits begin, behind 0x or 0; *base was 0 perhaps. */
static const char *read_prefix(const char *text, int *base)
{
    if ((*base == 0 || *base == 16) && text[0] == '0' && tolower(text[1]) == 'x' &&
        isxdigit(text[2])) {
        *base = 16;
        return text + 2;
    }
    if (*base == 0)
        *base = text[0] == '0' ? 8 : 10;
    return text;
}

static struct number read_number(const char *text, char **end, int base)
{
    struct number number = {0};
    const char *at = text, *digits;

    while (isspace(*at))
        at++;
    number.is_negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    digits = at = read_prefix(at, &base);
    for (; digit_of(*at) < base; at++)
        number.has_overflown |=
            __builtin_mul_overflow(number.size, (unsigned)base, &number.size) ||
            __builtin_add_overflow(number.size, (unsigned)digit_of(*at), &number.size);
    if (end != NULL)
        *end = strchr(at != digits ? at : text, *(at != digits ? at : text));
    return number;
}

/* Between min and max, of which min is -max - 1. */
static long long read_signed(const char *text, char **end, int base, long long max)
{
    struct number number = read_number(text, end, base);
    unsigned long long limit = (unsigned long long)max + (number.is_negative ? 1 : 0);

    if (number.has_overflown || number.size > limit) {
        errno = ERANGE;
        number.size = limit;
    }
    return (long long)(number.is_negative ? -number.size : number.size);
}

static unsigned long long read_unsigned(const char *text, char **end, int base,
                                        unsigned long long max)
{
    struct number number = read_number(text, end, base);

    if (number.has_overflown || number.size > max) {
        errno = ERANGE;
        return max;
    }
    return (number.is_negative ? -number.size : number.size) & max;
}

long strtol(const char *text, char **end, int base)
{
    return (long)read_signed(text, end, base, LONG_MAX);
}

long long strtoll(const char *text, char **end, int base)
{
    return read_signed(text, end, base, LLONG_MAX);
}

unsigned long strtoul(const char *text, char **end, int base)
{
    return (unsigned long)read_unsigned(text, end, base, ULONG_MAX);
}

unsigned long long strtoull(const char *text, char **end, int base)
{
    return read_unsigned(text, end, base, ULLONG_MAX);
}

int atoi(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

long atol(const char *text)
{
    return strtol(text, NULL, 10);
}

double atof(const char *text)
{
    return strtod(text, NULL);
}

int abs(int x)
{
    return x < 0 ? -x : x;
}

long labs(long x)
{
    return x < 0 ? -x : x;
}

long long llabs(long long x)
{
    return x < 0 ? -x : x;
}

/* ---- Arrays ---- */

static void swap(unsigned char *left, unsigned char *right, size_t bytes)
{
    for (; bytes != 0; bytes--, left++, right++) {
        unsigned char byte = *left;

        *left = *right;
        *right = byte;
    }
}

/* The larger of the children goes up until none is larger. */
static void sift(unsigned char *array, size_t i, size_t count, size_t bytes,
                 int (*compare)(const void *, const void *))
{
    for (size_t child = 2 * i + 1; child < count; i = child, child = 2 * i + 1) {
        if (child + 1 < count && compare(array + child * bytes, array + (child + 1) * bytes) < 0)
            child++;
        if (compare(array + i * bytes, array + child * bytes) >= 0)
            return;
        swap(array + i * bytes, array + child * bytes, bytes);
    }
}

/* By a heap: no recursion, and no bad case. */
void qsort(void *array, size_t count, size_t bytes, int (*compare)(const void *, const void *))
{
    for (size_t i = count / 2; i-- != 0;)
        sift(array, i, count, bytes, compare);
    while (count > 1) {
        count--;
        swap(array, (unsigned char *)array + count * bytes, bytes);
        sift(array, 0, count, bytes, compare);
    }
}

void *bsearch(const void *key, const void *array, size_t count, size_t bytes,
              int (*compare)(const void *, const void *))
{
    const char *base = array;

    while (count != 0) {
        const char *middle = base + count / 2 * bytes;
        int order = compare(key, middle);

        if (order == 0)
            return memchr(middle, *middle, 1);
        if (order > 0)
            base = middle + bytes;
        count = order > 0 ? count - count / 2 - 1 : count / 2;
    }
    return NULL;
}

/* ---- The rest ---- */

void abort(void)
{
    __builtin_trap();
}

char *getenv(const char *name)
{
    (void)name;
    return NULL;
}

int system(const char *command)
{
    return command == NULL ? 0 : -1;
}

struct lconv *localeconv(void)
{
    static char point[] = ".", none[] = "";
    static struct lconv conventions = {point, none, none};

    return &conventions;
}

char *setlocale(int category, const char *locale)
{
    static char name[] = "C";

    (void)category;
    return locale == NULL || locale[0] == '\0' || strcmp(locale, name) == 0 ? name : NULL;
}
