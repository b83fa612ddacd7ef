/* SPDX-License-Identifier: Unlicense
 *
 * Where everything lies. The sizes come from the programs as they were linked for a first time
 * (program.h); the rules are those of the machine: place_mpu.c, place_mmu.c.
 */
#pragma once

#include "builder/board.h"
#include "builder/description.h"
#include "builder/program.h"

/* Entries of a page table that show neighbouring memory. */
struct run {
    struct page_table *table;
    unsigned position, count, flags; /* PAGE_* */
    uint64_t address;                /* physical */
};

struct page_table {
    struct page_table *parent; /* NULL: this is the top level */
    unsigned position;         /* in it */
    uint64_t base;             /* virtual */
    unsigned size_order, number_order;
    struct object *object;
};

/* A piece of a process's memory that is protected as one. */
struct block {
    const char *name; /* "code", "data", "shared frame" */
    unsigned flags;   /* PAGE_* */
    uint64_t wanted, granted, align;
    uint64_t base;  /* physical, and on an MPU virtual */
    unsigned order; /* of its granules (MPU) */
    bool is_own;    /* memory of this process alone */
    bool is_code;
    bool is_whole;      /* it touches as few windows as it can */
    bool is_settled;    /* in this trial of the solver */
    struct list rivals; /* blocks that a process has beside it: their windows must not overlap */
    const struct shared *shared;
};

/* The memory of one process. */
struct layout {
    struct program *program;
    uint64_t code, code_load;       /* text, then rodata: virtual, physical */
    uint64_t rodata;                /* virtual */
    uint64_t load;                  /* first contents of data: physical */
    uint64_t data, data_seen;       /* virtual, physical */
    uint64_t bss, heap;             /* virtual */
    uint64_t zero_seen, zero_bytes; /* bss and heap */
    uint64_t text_bytes, rodata_bytes, data_bytes, bss_bytes;
    struct list blocks, tables, runs;
};

/* The memory of init, as it was linked, and what is left. */
struct placement {
    const struct board *board;
    struct system *system;
    struct program *init;
    uint64_t table, table_bytes; /* the boot table */
    uint64_t state, state_bytes;
    uint64_t image, image_end; /* free */
    uint64_t ram, ram_end;
};

/* Complaints: it does not fit. */
void place(struct placement *placement);

/* One for each kind of machine. */
void place_mpu(struct placement *placement);
void place_mmu(struct placement *placement);

/* False, and a complaint at the process that takes most: flash or RAM does not hold what was
 * placed. */
bool place_has_room(const struct placement *placement, bool is_flash);

static inline uint64_t align_up(uint64_t value, uint64_t align)
{
    return (value + align - 1) / align * align;
}
