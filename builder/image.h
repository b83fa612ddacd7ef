/* SPDX-License-Identifier: Unlicense
 *
 * The bootable image: kernel and init as they were linked, every process, the boot table.
 */
#pragma once

#include "builder/emit_table.h"

/* PATH.elf, .bin and .hex. Complaints: a program is not what was placed. */
bool image_make(const struct placement *placement, const struct objects *objects, const char *path);
