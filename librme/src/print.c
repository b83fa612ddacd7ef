/* SPDX-License-Identifier: Unlicense */
#include "rme/print.h"

#include "abi/types.h"
#include "drivers/console.h"
#include "rme/assert.h"

#include <stdarg.h>

/* Where characters go: the console, or a buffer with that much room. `length` counts all of them.
 */
struct sink {
    char *buffer;
    size_t room, length;
};

static void put(struct sink *sink, char c)
{
    if (sink->buffer == NULL) {
        if (c == '\n')
            console_put('\r');
        console_put(c);
    } else if (sink->length < sink->room) {
        sink->buffer[sink->length] = c;
    }
    sink->length++;
}

struct format {
    unsigned width;
    bool has_zeros;
    bool is_long; /* a word; else an int */
};

static void put_text(struct sink *sink, const struct format *format, const char *text)
{
    unsigned length = 0;

    while (text[length] != '\0')
        length++;
    for (unsigned i = length; i < format->width; i++)
        put(sink, format->has_zeros ? '0' : ' ');
    while (*text != '\0')
        put(sink, *text++);
}

static void put_number(struct sink *sink, const struct format *format, word_t number, word_t base)
{
    char digits[WORD_BITS / 3 + 2];
    char *digit = digits + sizeof(digits);

    *--digit = '\0';
    do {
        *--digit = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    put_text(sink, format, digit);
}

/* The sign stands before zeros and behind spaces. */
static void put_signed(struct sink *sink, struct format format, sword_t number)
{
    word_t size = number < 0 ? -(word_t)number : (word_t)number;
    unsigned length = 2; /* of the number and its sign */

    if (number >= 0) {
        put_number(sink, &format, size, 10);
        return;
    }
    for (word_t rest = size; rest >= 10; rest /= 10)
        length++;
    while (!format.has_zeros && format.width > length) {
        put(sink, ' ');
        format.width--;
    }
    put(sink, '-');
    format.width -= format.width > 0 ? 1 : 0;
    put_number(sink, &format, size, 10);
}

static const char *parse(struct format *format, const char *text)
{
    *format = (struct format){.has_zeros = *text == '0'};
    while (*text >= '0' && *text <= '9')
        format->width = format->width * 10 + (unsigned)(*text++ - '0');
    for (; *text == 'l' || *text == 'z'; text++)
        format->is_long = true;
    return text;
}

static sword_t next_signed(const struct format *format, va_list *list)
{
    return format->is_long ? va_arg(*list, sword_t) : (sword_t)va_arg(*list, int);
}

static word_t next_number(const struct format *format, va_list *list)
{
    return format->is_long ? va_arg(*list, word_t) : (word_t)va_arg(*list, unsigned);
}

static void put_all(struct sink *sink, const char *text, va_list *list)
{
    struct format format;

    for (; *text != '\0'; text++) {
        if (*text != '%') {
            put(sink, *text);
            continue;
        }
        text = parse(&format, text + 1);
        if (*text == '\0')
            return;
        if (*text == 'd')
            put_signed(sink, format, next_signed(&format, list));
        else if (*text == 'u')
            put_number(sink, &format, next_number(&format, list), 10);
        else if (*text == 'x')
            put_number(sink, &format, next_number(&format, list), 16);
        else if (*text == 'p')
            put_number(sink, &format, (word_t)va_arg(*list, void *), 16);
        else if (*text == 's')
            put_text(sink, &format, va_arg(*list, const char *));
        else if (*text == 'c')
            put(sink, (char)va_arg(*list, int));
        else
            put(sink, *text);
    }
}

void rme_print(const char *text, ...)
{
    struct sink sink = {NULL, 0, 0};
    va_list list;

    va_start(list, text);
    put_all(&sink, text, &list);
    va_end(list);
}

size_t rme_format(char *buffer, size_t size, const char *text, ...)
{
    struct sink sink = {buffer, size - 1, 0};
    va_list list;

    rme_assert(size > 0);
    va_start(list, text);
    put_all(&sink, text, &list);
    va_end(list);
    buffer[sink.length < sink.room ? sink.length : sink.room] = '\0';
    return sink.length;
}

void rme_fail(const char *what)
{
    rme_print("\nFAILED: %s\n", what);
    for (;;) {
    }
}
