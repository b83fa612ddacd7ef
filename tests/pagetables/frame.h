/* SPDX-License-Identifier: Unlicense
 *
 * The frame of the page-table tests: cases that fail at their first wrong claim, and numbers that
 * are the same in each run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static unsigned passed, failed;
static unsigned long checks; /* of the case so far */
static bool case_failed;

#define EXPECT(claim) expect((claim), #claim, __LINE__)

static inline void expect(bool claim, const char *text, int line)
{
    checks++;
    if (!claim && !case_failed)
        printf("# line %d: %s\n", line, text);
    case_failed |= !claim;
}

static inline void end(const char *name)
{
    case_failed ? failed++ : passed++;
    printf("# %lu checks\n%s %u - %s\n", checks, case_failed ? "not ok" : "ok", passed + failed,
           name);
    case_failed = false;
    checks = 0;
}

/* Of main: the plan and the closing line. */
static inline int end_all(void)
{
    printf("1..%u\n", passed + failed);
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed != 0;
}

static uint32_t seed; /* not 0 */

static inline unsigned choose(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
}
