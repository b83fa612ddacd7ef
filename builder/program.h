/* SPDX-License-Identifier: Unlicense
 *
 * A linked program: its sections and symbols.
 */
#pragma once

#include "builder/diagnose.h"

#include <stdint.h>

struct section {
    const char *name;
    uint64_t address, load, size, align;
    const unsigned char *content; /* NULL: zeros */
};

struct symbol {
    const char *name;
    uint64_t value;
};

struct program {
    const char *path;
    const unsigned char *bytes;
    size_t size;
    struct list sections; /* that take memory */
    struct list symbols;
};

/* NULL, and a complaint: it is no program of the target. */
struct program *program_read(const char *path, unsigned word_bytes);

const struct section *program_section(const struct program *program, const char *name);

/* False, and no complaint: there is none. */
bool program_symbol(const struct program *program, const char *name, uint64_t *value);
