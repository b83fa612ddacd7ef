/* SPDX-License-Identifier: Unlicense
 *
 * Sequences of steps on model and kernel together.
 */
#pragma once

#include "tests/model/generate.h"

#include <stdint.h>

enum { STEPS_MAX = 4000 };

/* What a run has done, in memory that outlives the process that makes it. */
struct record {
    uint64_t seed;
    unsigned count; /* of steps; the last one showed the difference */
    unsigned long calls;
    bool differs;
    char text[300];
    struct step steps[STEPS_MAX];
};

/* One sequence; false when model and kernel differ. */
bool run_seed(struct record *record, uint64_t seed, unsigned steps);

/* Given steps, the whole state compared behind each. */
bool run_steps(struct record *record);

void print_step(const struct step *step);
