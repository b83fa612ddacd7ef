/* SPDX-License-Identifier: Unlicense
 *
 * system.gdb: for a debugger that has the image loaded, in the folder of system.json. It adds the
 * symbols of every process; where all have the same addresses, with an MMU, those of the first.
 *
 *   rme-symbols PROCESS   with an MMU: the symbols of that process instead
 *   rme-processes         who is where
 */
#pragma once

#include "builder/place.h"

bool emit_gdb(const struct placement *placement, const char *path);
