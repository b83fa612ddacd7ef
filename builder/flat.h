/* SPDX-License-Identifier: Unlicense
 *
 * Memory as a programmer of flash takes it: pieces by address, as raw bytes or as Intel HEX.
 */
#pragma once

#include "builder/emit.h"

struct flat {
    struct list pieces;
};

void flat_add(struct flat *flat, uint64_t address, const void *bytes, size_t count);

/* From the first address to the last; what lies between pieces is 0xFF, as flash is when erased. */
struct output flat_binary(struct flat *flat);

/* Records of 16 bytes; addresses of 32 bits by records of type 4. */
struct output flat_intel_hex(struct flat *flat);
