/* SPDX-License-Identifier: Unlicense
 *
 * The boot table (init/boot_table.h). Counts and names decide its size, so that one that is made
 * before anything is placed tells how large it will be.
 */
#pragma once

#include "builder/emit.h"
#include "builder/objects.h"

/* The words, behind each other in the byte order of the target. Complaints: a program lacks a
 * function that the description names. */
struct output table_make(const struct placement *placement, const struct objects *objects);
