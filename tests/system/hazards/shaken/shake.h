/* SPDX-License-Identifier: Unlicense
 *
 * What the kernel for tests and its test program share: a page at the beginning of the window of
 * guests, which the first process has where it is in memory.
 */
#pragma once

#include "abi/types.h"

struct shake {
    word_t state;   /* a sequence of pseudo-random numbers; 0: nothing is delayed */
    word_t rarity;  /* a mask: one in so many operations waits */
    word_t most;    /* PAUSE instructions that it then takes at the most */
    word_t trace;   /* of all operations: CPU, place and order */
    word_t written; /* times that free kernel memory was found written */
    word_t jump;    /* not 0: let both epochs begin anew, so many steps before they wrap */
};
