/* SPDX-License-Identifier: Unlicense */
#include "builder/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit sizes[] = {{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
static const struct unit times[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}};

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), TIMES = sizeof(times) / sizeof(times[0]) };

static unsigned digit_of(unsigned char c)
{
    return isdigit(c) != 0 ? (unsigned)(c - '0') : (unsigned)(tolower(c) - 'a') + 10;
}

/* Digits, and what stands behind them; NULL or what is wrong. */
static const char *digits(const char **text, uint64_t *value)
{
    bool is_hex = (*text)[0] == '0' && (*text)[1] == 'x';
    unsigned base = is_hex ? 16 : 10;
    const char *at = is_hex ? *text + 2 : *text;

    *value = 0;
    if (!(is_hex ? isxdigit((unsigned char)*at) : isdigit((unsigned char)*at)))
        return "is no number";
    for (; is_hex ? isxdigit((unsigned char)*at) : isdigit((unsigned char)*at); at++) {
        unsigned digit = digit_of((unsigned char)*at);

        if (*value > (UINT64_MAX - digit) / base)
            return "is too large";
        *value = *value * base + digit;
    }
    *text = at;
    return NULL;
}

const char *units_number(const char *text, uint64_t *value)
{
    const char *wrong = digits(&text, value);

    return wrong == NULL && *text != '\0' ? "is no whole number" : wrong;
}

static const char *with_unit(const char *text, const struct unit *units, size_t count,
                             uint64_t *value)
{
    const char *wrong = digits(&text, value);

    if (wrong != NULL)
        return wrong;
    while (*text == ' ')
        text++;
    if (*text == '\0')
        return "has no unit";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, units[i].name) != 0)
            continue;
        if (*value > UINT64_MAX / units[i].factor)
            return "is too large";
        *value *= units[i].factor;
        return NULL;
    }
    return "has an unknown unit";
}

const char *units_size(const char *text, uint64_t *value)
{
    return with_unit(text, sizes, SIZES, value);
}

const char *units_time(const char *text, uint64_t *value)
{
    return with_unit(text, times, TIMES, value);
}

/* By the largest unit that leaves no rest. */
static const char *text_of(uint64_t value, const struct unit *units, size_t count)
{
    while (count > 1 && (value == 0 || value % units[count - 1].factor != 0))
        count--;
    return memory_format("%" PRIu64 " %s", value / units[count - 1].factor, units[count - 1].name);
}

const char *units_bytes(uint64_t bytes)
{
    return text_of(bytes, sizes, SIZES);
}

const char *units_microseconds(uint64_t time)
{
    return text_of(time, times, TIMES);
}

const char *units_range(enum kind kind, uint64_t min, uint64_t max)
{
    if (kind == KIND_SIZE)
        return memory_format("it may be %s to %s", units_bytes(min), units_bytes(max));
    if (kind == KIND_TIME)
        return memory_format("it may be %s to %s", units_microseconds(min),
                             units_microseconds(max));
    return memory_format("it may be %" PRIu64 " to %" PRIu64, min, max);
}
