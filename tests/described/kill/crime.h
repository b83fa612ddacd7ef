/* SPDX-License-Identifier: Unlicense
 *
 * What a process may do to the others.
 */
#pragma once

#include "rme/call.h"

enum crime {
    NOTHING,
    BAD_READ,
    BAD_WRITE,
    BAD_EXECUTE,
    STACK_OVERFLOW,
    UNDEFINED_INSTRUCTION,
    ENDLESS_LOOP,
    USED_BUDGET,
    FORGED_CAPABILITIES,
    FLOOD_OF_SIGNALS,
    FLOOD_OF_INVOCATIONS,
    FLOOD_OF_FAULTS,
    CRIMES
};

enum { FORGED = 4096, SIGNALS = 1000, INVOCATIONS = 500, FAULTS = 5 };

struct crime_means {
    rme_signal_t go;        /* at which it waits for orders */
    rme_signal_t noise;     /* where it may send */
    rme_invocation_t greet; /* gives its parameter and 1 */
    word_t *faults_left;    /* a word that outlives it: so many lives end at once */
};

/* What comes of it, where it comes back: how often forging hit, how many signals were sent or
 * answers were right. */
word_t crime_commit(enum crime crime, const struct crime_means *means);

word_t crime_bad_read(void);
