/* SPDX-License-Identifier: Unlicense
 *
 * Which pairs of call and status the run has shown.
 */
#pragma once

#include "tests/model/model.h"

/* Print a line for each call; return how many pairs that one CPU can show were not reached. */
unsigned coverage_print(void);
