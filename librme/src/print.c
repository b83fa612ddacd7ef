/* SPDX-License-Identifier: Unlicense */
#include "rme/print.h"

#include "abi/types.h"
#include "drivers/console.h"
#include "rme/assert.h"

#include <stdarg.h>

static void put(char c)
{
    if (c == '\n')
        console_put('\r');
    console_put(c);
}

struct format {
    unsigned width;
    bool has_zeros;
};

static void put_padding(const struct format *format, unsigned length)
{
    for (unsigned i = length; i < format->width; i++)
        put(format->has_zeros ? '0' : ' ');
}

static void put_text(const struct format *format, const char *text)
{
    unsigned length = 0;

    while (text[length] != '\0')
        length++;
    put_padding(format, length);
    while (*text != '\0')
        put(*text++);
}

static void put_number(const struct format *format, word_t number, word_t base, bool is_negative)
{
    char digits[WORD_BITS / 3 + 3];
    char *digit = digits + sizeof(digits);

    *--digit = '\0';
    do {
        *--digit = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    if (is_negative)
        *--digit = '-';
    put_text(format, digit);
}

static const char *parse(struct format *format, const char *text)
{
    *format = (struct format){.has_zeros = *text == '0'};
    while (*text >= '0' && *text <= '9')
        format->width = format->width * 10 + (unsigned)(*text++ - '0');
    while (*text == 'l' || *text == 'z')
        text++;
    return text;
}

void rme_print(const char *text, ...)
{
    struct format format;
    va_list list;

    va_start(list, text);
    for (; *text != '\0'; text++) {
        if (*text != '%') {
            put(*text);
            continue;
        }
        text = parse(&format, text + 1);
        if (*text == 'd') {
            sword_t number = va_arg(list, sword_t);

            put_number(&format, number < 0 ? -(word_t)number : (word_t)number, 10, number < 0);
        } else if (*text == 'u') {
            put_number(&format, va_arg(list, word_t), 10, false);
        } else if (*text == 'x' || *text == 'p') {
            put_number(&format, va_arg(list, word_t), 16, false);
        } else if (*text == 's') {
            put_text(&format, va_arg(list, const char *));
        } else if (*text == 'c') {
            put((char)va_arg(list, int));
        } else {
            put(*text);
        }
    }
    va_end(list);
}

void rme_fail(const char *what)
{
    rme_print("\nFAILED: %s\n", what);
    for (;;) {
    }
}
