/* SPDX-License-Identifier: Unlicense
 *
 * The matrix of rights: each call and kernel function, each capability operand, each right cleared,
 * each wrong type, frozen, empty, out of range, malformed: the exact status, and nothing changed.
 * The operands come from abi/calls.toml (tests/rights_table.h); what each call needs to get as far
 * as its operands, and the objects for it, are in matrix.c. The host runs all of it, with all of
 * kernel memory compared (tests/unit/rights.c); boards run what is refused (tests/system/rights.c).
 */
#pragma once

#include "tests/rights_table.h"

/* Make the objects: by calls only, in the boot table. Must find a machine that has just booted. */
void rights_fixture(void);

/* All cases of a row of the table. Returns how many there were; *wrong counts those that failed. */
unsigned rights_row(unsigned row, unsigned *wrong);
unsigned rights_row_count(void);
const char *rights_row_name(unsigned row);

/* Slots that hold frozen roots, which a look at the state must leave alone. */
bool rights_is_doomed(word_t slot);
enum { RIGHTS_SLOTS = 50 };

/* ---- What the machine gives --------------------------------------------------------------------
 */

sword_t rights_call(word_t number, const word_t words[7]);

/* Whether the call is refused with this status and changes nothing. */
bool rights_is_refused(sword_t status, word_t number, const word_t words[7]);

/* A new machine with its fixture, for a case that is not refused; false: there is none, and such
 * cases are left out. */
bool rights_renew(void);

/* Make an empty slot one that is being filled, and empty again; false: it cannot be done here. */
bool rights_set_creating(word_t slot, bool is_creating);

/* Free kernel memory from this offset. */
word_t rights_memory(void);

/* Page tables of this machine: what one takes of kernel memory, at least, and how it is aligned; a
 * top level, and tables that fit at its positions 0 and 1; a page of the first process, where it
 * has it, and a table that takes it at its position 0. */
struct rights_geometry {
    word_t bytes, align;
    word_t top_size, top_number;
    word_t size, number, second_base;
    word_t page_table, page_position, page_index;
    word_t page_base, page_size, page_number;
};
struct rights_geometry rights_geometry(void);

void rights_complain(const char *what, word_t number, const word_t words[7], sword_t expected);
