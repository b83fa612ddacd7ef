/* SPDX-License-Identifier: Unlicense
 *
 * What outlives everybody.
 */
#pragma once

#include "rme/call.h"

struct board {
    word_t lives_of_high, lives_of_low;
    word_t is_faulting; /* the low one does in its first life */
    word_t seen;        /* its lives when the high one faults */
    word_t is_over;
};

static volatile word_t nowhere = 64; /* an address where nobody has memory */

#define BOARD ((volatile struct board *)(void *)shared_board)
