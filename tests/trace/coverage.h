/* SPDX-License-Identifier: Unlicense
 *
 * Which pairs of call and status the program has reached.
 */
#pragma once

#include "abi/types.h"

/* Print the matrix. False: a pair that so many calls must reach is missing. */
bool coverage_print(word_t calls);
