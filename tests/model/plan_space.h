/* SPDX-License-Identifier: Unlicense
 *
 * A plan: an address space of many small tables, and the init thread inside it.
 */
#pragma once

#include "tests/model/generate.h"

void space_begin(void);
void space_forget(void);
bool space_next(struct step *step);
