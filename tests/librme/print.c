/* SPDX-License-Identifier: Unlicense
 *
 * Formatting, against the C library of the host.
 */
#include "rme/print.h"

#include "drivers/console.h"
#include "tests/unit/tap.h"

#include <limits.h>
#include <string.h>

static char console[64];
static unsigned console_length;

void console_put(char c)
{
    if (console_length < sizeof(console) - 1)
        console[console_length++] = c;
}

/* `...` is a format and its arguments. */
#define SAME(...)                                                                                  \
    do {                                                                                           \
        char ours[80], theirs[80];                                                                 \
        size_t length = rme_format(ours, sizeof(ours), __VA_ARGS__);                               \
                                                                                                   \
        (void)snprintf(theirs, sizeof(theirs), __VA_ARGS__);                                       \
        tap_check(strcmp(ours, theirs) == 0 && length == strlen(theirs), #__VA_ARGS__);            \
        if (strcmp(ours, theirs) != 0)                                                             \
            printf("# '%s' is not '%s'\n", ours, theirs);                                          \
    } while (0)

static void buffers(void)
{
    char small[4] = "xyz";

    tap_check(rme_format(small, 4, "%s", "abcdef") == 6 && strcmp(small, "abc") == 0,
              "what does not fit is left out");
    tap_check(rme_format(small, 1, "abc") == 3 && small[0] == '\0', "a buffer of one byte");
}

int main(void)
{
    SAME("%s", "");
    SAME("%ld %lu %lx", -1L, 17UL, 255UL);
    SAME("%ld %ld", LONG_MIN, LONG_MAX);
    SAME("%lu", ULONG_MAX);
    SAME("[%5ld] [%05ld] [%2ld] [%5ld]", -42L, -42L, -42L, 42L);
    SAME("[%8lx] [%08lx] [%1lx]", 0xBEEFUL, 0xBEEFUL, 0xBEEFUL);
    SAME("[%4s] [%4s] %c%%", "ab", "abcdef", 'z');
    buffers();
    rme_print("a\nb%ld", 5L);
    tap_check(strcmp(console, "a\r\nb5") == 0, "the console gets its lines ended its way");
    return tap_end();
}
