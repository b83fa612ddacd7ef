/* SPDX-License-Identifier: Unlicense
 *
 * The claims under `policy:`, which the independent checker proves: that they are claims, and about
 * processes that there are.
 */
#pragma once

#include "builder/description.h"

void check_policy(const struct system *system);
