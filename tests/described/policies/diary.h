/* SPDX-License-Identifier: Unlicense
 *
 * Who lived how often, and how long everybody waited between the lives of WAITS.
 */
#pragma once

#include "rme/call.h"

enum who { UNSAID, STOPPED, BEGUN, WAITS, ALL };

struct diary {
    word_t lives[ALL];
    word_t counted;  /* by the reader, who alone writes it */
    word_t since;    /* when WAITS lived last */
    word_t waits[4]; /* what it had counted when WAITS lived again */
    word_t errors;   /* lives that did not find their data as it was */
};

enum { FIRST = 5 };
