/* SPDX-License-Identifier: Unlicense
 *
 * TAP on the console of a board.
 */
#pragma once

#include "rme/print.h"

#include <stdbool.h>

static int tap_passed, tap_failed, tap_skipped;

#define tap_check(claim, name) tap_report((claim), (name), #claim, __LINE__)

static inline void tap_report(bool is_true, const char *name, const char *claim, int line)
{
    if (is_true)
        tap_passed++;
    else
        tap_failed++;
    rme_print("%sok %d - %s\n", is_true ? "" : "not ", tap_passed + tap_failed + tap_skipped, name);
    if (!is_true)
        rme_print("# line %d: %s\n", line, claim);
}

static inline void tap_skip(const char *name, const char *reason)
{
    tap_skipped++;
    rme_print("ok %d - %s # SKIP %s\n", tap_passed + tap_failed + tap_skipped, name, reason);
}

/* Of main: the plan and the closing line. */
static inline int tap_end(void)
{
    rme_print("1..%d\n", tap_passed + tap_failed + tap_skipped);
    rme_print("%d passed, %d failed, %d skipped\n", tap_passed, tap_failed, tap_skipped);
    return tap_failed != 0;
}
