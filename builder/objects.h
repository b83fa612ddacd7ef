/* SPDX-License-Identifier: Unlicense
 *
 * The kernel objects of a system: where their root capabilities are and where they lie in kernel
 * memory. Init holds them in tables of its own, so that their number has no limit but memory.
 */
#pragma once

#include "builder/place.h"

struct object {
    const char *type, *name;
    uint64_t id;            /* capability id in the table of the first process */
    uint64_t memory, bytes; /* offset and size; no bytes: the slot is the object */
};

/* A table of init's own. */
struct object_table {
    unsigned slot, entries;
    uint64_t memory;
};

struct objects {
    struct list all;        /* struct object, in the order of their ids */
    struct list tables;     /* struct object_table */
    struct object *nowhere; /* a top level that shows nothing, where a process has ports */
    uint64_t align, bytes;
};

/* Number all objects of a system that is placed. Complaints: kernel memory is too small. */
void objects_assign(struct objects *objects, const struct placement *placement);

/* Capability ids as the target has them. */
uint64_t object_id_in(const struct board *board, unsigned table, unsigned index);
uint64_t object_id_null(const struct board *board);
