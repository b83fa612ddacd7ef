/* SPDX-License-Identifier: Unlicense
 *
 * What control and the others share. A read of a mark is seen from outside (tools/plugin/count.c),
 * and so is one of a label, which says what is being measured.
 */
#pragma once

#include "tests/described/kill/crime.h"

enum mark {
    MARK_ARMED,    /* the alarm arms its timer */
    MARK_WOKEN,    /* and has been woken by it */
    MARK_ANSWERED, /* the server has answered it */
    MARK_FOLLOWED, /* the follower has been woken by the alarm */
    MARK_BEGUN,    /* the worker begins a chunk */
    MARK_DONE,     /* and has done it */
    MARK_LIVES,    /* the attacker lives, again perhaps */
    MARKS,
};

/* Moments of the alarm in each crime, and of the first one behind MARK_ARMED, in parts of the 100
 * us that the alarm knows. They begin before the crime does: QEMU's timers take 10 us at the least.
 */
enum { MOMENTS = 40, FIRST_MOMENT = 20, MOMENTS_IN_UNIT = 128, LEAD = 4000 };

/* In the memory of marks: words, and behind them a byte for each label. For each crime so many
 * moments, and one for the worker's chunk. */
enum { LABELS = 64, LABELS_EACH = MOMENTS + 1 };
static_assert(LABELS + CRIMES * LABELS_EACH <= 1024, "as system.yaml has it");

struct orders {
    word_t crime;
    word_t moment;   /* of the alarm, one after the other */
    word_t is_chunk; /* the worker is measured, and how long the attacker takes to live again */
    word_t is_done;  /* by alarm and worker */
    word_t faults_left;
    word_t errors; /* wrong answers */
};

static inline void mark(const volatile unsigned char *marks, enum mark which)
{
    (void)((const volatile unsigned *)(const volatile void *)marks)[which];
}
