/* SPDX-License-Identifier: Unlicense
 *
 * report.txt, for people: the memory map with what is wasted and why, regions, kernel objects,
 * capabilities, privileges.
 */
#pragma once

#include "builder/objects.h"

bool emit_report(const struct placement *placement, const struct objects *objects,
                 const char *path);
