/* SPDX-License-Identifier: Unlicense
 *
 * What control and its victims share: orders that only control writes, and for each victim a page
 * of its own, which outlives it.
 */
#pragma once

#include "tests/described/kill/crime.h"

enum victim { SERVER, CLIENT, SENSOR, WORKER, VICTIMS };

enum { BELLS = 3, FIRST = 7 };

struct orders {
    word_t victim, crime;
    word_t serial; /* of the crime: each is committed once */
};

/* All words are of the life so far, but lives, served and faults_left. */
struct report {
    word_t lives, served, faults_left;
    word_t first;  /* the private variable as this life found it: FIRST */
    word_t rounds; /* done */
    word_t value;  /* of the last round, which follows from all rounds before */
    word_t result; /* of a crime that returns */
};

/* What a victim keeps privately goes on so. */
static inline word_t kill_next(word_t kept, word_t given)
{
    return (kept * 31 + given) & 0xFFFF;
}
