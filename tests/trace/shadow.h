/* SPDX-License-Identifier: Unlicense
 *
 * What the program believes to have made, by the results that it saw: enough to choose words that
 * succeed. It may be wrong where an effect was indirect, the same way on every machine.
 */
#pragma once

#include "tests/trace/program.h"

enum kind {
    KIND_NONE,
    KIND_TABLE,
    KIND_PAGETABLE,
    KIND_PROCESS,
    KIND_THREAD,
    KIND_PORT,
    KIND_SIGNAL,
    KIND_KMEM,
    KIND_KFUNC,
    KINDS
};

/* Slots of the first table, which hold what boot has made; nobody can change them. */
enum fixed {
    FIXED_ALIAS, /* of FIXED_SELF */
    FIXED_TABLE, /* the table of what the program makes, itself in its slot of that number */
    FIXED_SELF,  /* this table; also in that slot of the other */
    FIXED_PROCESS,
    FIXED_INIT,
    FIXED_KMEM,
    FIXED_TIMER,
    FIXED_GUESTS,
    FIXED_SOURCE,    /* a page table with pages to give */
    FIXED_DIRECTORY, /* the table below the top level that shows this program */
    FIXED_TOP,
    FIXED_PAGE_FUNCTIONS,
    FIXED_CONSOLE,
    FIXED_LINE_FUNCTIONS,
    FIXED_FEW_LINES,
    FIXED_DEBUG_FUNCTIONS,
    FIXED_OTHER_PROCESS,
    FIXED_MONITORS,
    FIXED_COUNT
};

enum {
    SLOTS = 64,       /* of each of the two tables */
    FIRST_MADE = 3,   /* slots from here on come and go */
    GUEST_SLOTS = 60, /* from here on: of guests, each with its area */
    AREA_BYTES_EACH = 512,
    CELLS = 32, /* of kernel memory, an object in each */
    CELL_BYTES = 4096,
    SOURCE_PAGES = 8,
};

struct shadow {
    uint8_t kind;
    bool is_frozen, is_leaf, is_top, holds; /* holds: a table with a capability in its slot 0 */
    bool holds_frozen;
    uint8_t order, cell; /* page table: of an entry; cell: CELLS: none */
    word_t base;         /* page table */
    uint8_t parent;      /* page table: the slot of one that it is in; SLOTS: none */
    word_t position;     /* there */
    bool shows;          /* a top level with FIXED_DIRECTORY at its position 0 */
    uint8_t root;        /* of a leaf: its slot */
};
extern struct shadow shadow[SLOTS];

void shadow_begin(void);

/* A cell that nothing lies in, if one is found. */
word_t shadow_cell(void);

/* The result of a call is known. */
void shadow_note(const struct act *act, sword_t result);

/* The slot that an id names, of what was made; SLOTS: none. */
unsigned shadow_slot(word_t id);
