/* SPDX-License-Identifier: Unlicense
 *
 * Numbers and characters on the debug console, digit by digit.
 */
#include "kernel/report.h"

#include "tests/unit/support/world.h"

#include <string.h>

static char text[256];
static unsigned length;

static void keep(char c)
{
    if (length < sizeof(text) - 1)
        text[length++] = c;
    text[length] = '\0';
}

/* What has come out since the last time. */
static bool says(const char *wanted)
{
    bool is_same;

    report_drain(arch_cpu(0));
    is_same = strcmp(text, wanted) == 0;
    if (!is_same)
        printf("# it says '%s', not '%s'\n", text, wanted);
    length = 0;
    text[0] = '\0';
    return is_same;
}

static void numbers(const struct cpu *cpu)
{
    char wanted[64];

    report_hex(cpu, 0x1234ABCD);
    (void)snprintf(wanted, sizeof(wanted), "0x%0*x", WORD_BITS / 4, 0x1234ABCDu);
    tap_check(says(wanted), "a word has all its digits, in hexadecimal");
    report_hex(cpu, ~(word_t)0);
    memset(wanted, 'f', sizeof(wanted));
    wanted[0] = '0';
    wanted[1] = 'x';
    wanted[2 + WORD_BITS / 4] = '\0';
    tap_check(says(wanted), "also the largest");
    report_decimal(cpu, 0);
    tap_check(says("0"), "zero is one digit, in decimal");
    report_decimal(cpu, 9);
    report_char(cpu, ' ');
    report_decimal(cpu, 10);
    report_text(cpu, ", ");
    report_decimal(cpu, 4294967295u);
    tap_check(says("9 10, 4294967295"), "other numbers have no leading zeros");
    tap_check(says(""), "nothing is said twice");
}

int main(void)
{
    world_boot(1);
    host_on_console = keep;
    if (CONFIG_DEBUG)
        numbers(world_cpu());
    else
        tap_skip("numbers on the console", "a release build has none");
    return tap_end();
}
