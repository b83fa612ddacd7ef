/* SPDX-License-Identifier: Unlicense
 *
 * TAP for tests on the host.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* One program may report from several files. */
__attribute__((weak)) int tap_passed, tap_failed, tap_skipped;

#define tap_check(claim, name) tap_report((claim), (name), #claim, __FILE__, __LINE__)

static inline bool tap_report(bool is_true, const char *name, const char *claim, const char *file,
                              int line)
{
    if (is_true)
        tap_passed++;
    else
        tap_failed++;
    printf("%sok %d - %s\n", is_true ? "" : "not ", tap_passed + tap_failed + tap_skipped, name);
    if (!is_true)
        printf("# %s:%d: %s\n", file, line, claim);
    (void)fflush(stdout); /* a program that crashes has told how far it came */
    return is_true;
}

static inline void tap_skip(const char *name, const char *reason)
{
    tap_skipped++;
    printf("ok %d - %s # SKIP %s\n", tap_passed + tap_failed + tap_skipped, name, reason);
}

/* Of main: the plan and the closing line. */
static inline int tap_end(void)
{
    printf("1..%d\n", tap_passed + tap_failed + tap_skipped);
    printf("%d passed, %d failed, %d skipped\n", tap_passed, tap_failed, tap_skipped);
    return tap_failed != 0;
}
