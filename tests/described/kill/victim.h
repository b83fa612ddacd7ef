/* SPDX-License-Identifier: Unlicense
 *
 * The life of a victim: a round whenever it is told to go, and the crime that it is ordered.
 */
#pragma once

#include "tests/described/kill/kill.h"

struct victim_plan {
    enum victim which;
    const struct orders *orders;
    struct report *report;
    rme_signal_t go, noise;
    rme_invocation_t greet;
    word_t (*work)(word_t round); /* what this round gives */
};

/* Never returns, but by a fault. */
void victim_live(const struct victim_plan *plan);
