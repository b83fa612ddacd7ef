/* SPDX-License-Identifier: Unlicense
 *
 * What all of them write on: it outlives everybody.
 */
#pragma once

#include "rme/call.h"

enum visit { COMPUTES, WAITS, WENT_ON, SLEEPS, CANNOT_RUN, VISITS };

struct board {
    word_t visit;
    word_t lives;     /* of the host */
    word_t first;     /* its private variable as this life found it: FIRST */
    word_t is_inside; /* the visitor was where it should be */
    word_t is_home;
    sword_t status; /* with which it came home */
    word_t is_over; /* the inner process and the third thread may end */
};

enum { FIRST = 11 };
