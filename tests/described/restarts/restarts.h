/* SPDX-License-Identifier: Unlicense
 *
 * A read of a mark is seen from outside (tools/plugin/count.c), and so is one of a label, which
 * says what is being measured.
 */
#pragma once

#include "rme/call.h"

enum mark {
    MARK_LIVES, /* a process begins */
    MARK_TOLD,  /* its client has been told */
    MARK_BELOW, /* who is below all goes on */
    MARKS
};

/* In the memory of marks: words, and behind them a byte for each label. */
enum { LABELS = 32 };

enum policy { AT_ONCE, TELLS, WAITS, STOPS, REBOOTS, POLICIES };

static inline void mark(const volatile unsigned char *marks, enum mark which)
{
    (void)((const volatile unsigned *)(const volatile void *)marks)[which];
}
