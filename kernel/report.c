/* SPDX-License-Identifier: Unlicense */
#include "kernel/report.h"

#include "arch/machine.h"

void report_text(const char *text)
{
    for (; *text != '\0'; text++)
        arch_console_put(*text);
}

void report_hex(word_t word)
{
    report_text("0x");
    for (int shift = WORD_BITS - 4; shift >= 0; shift -= 4)
        arch_console_put("0123456789abcdef"[word >> shift & 0xF]);
}

void report_decimal(sword_t number)
{
    char digits[WORD_BITS / 3 + 1];
    word_t rest = number < 0 ? -(word_t)number : (word_t)number;
    unsigned count = 0;

    if (number < 0)
        arch_console_put('-');
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    while (count > 0)
        arch_console_put(digits[--count]);
}
