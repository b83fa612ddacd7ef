/* SPDX-License-Identifier: Unlicense
 *
 * Plans: several calls that together lead where chance seldom goes.
 */
#pragma once

#include "tests/model/generate.h"

/* The next call of the plan that is under way, if there is one and nothing has come between. */
bool plan_next(struct step *step);

/* Begin one, if the init thread runs and has room. */
void plan_begin(void);
void plan_forget(void);
