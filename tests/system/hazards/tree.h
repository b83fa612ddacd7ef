/* SPDX-License-Identifier: Unlicense
 *
 * An address space with a window, for rows about page tables: TOP, below it DIRECTORY, PARENT and
 * CHILD, whose 512 pages begin at WINDOW. SECOND is another parent for CHILD, OTHER_CHILD another
 * child for the same place; none of them is in the tree. A second top level shows the image alone.
 * PORT leads into PROCESS, which has TOP.
 */
#pragma once

#include "hazards.h"

#define WINDOW ((word_t)5 << 39)
#define PAGE   ((word_t)4096)

void make_tree(serve_t *serve);

/* Make one of its tables below the top again. */
sword_t create_table(word_t slot, word_t memory);

/* Where what is deleted lay. */
enum { PIECE_TOP = 1, PIECE_CHILD };

/* Page i of two as position `position` of a table; what is in it is VALUE + i. */
enum { VALUE = 0x7100 };
sword_t add_page(word_t table, word_t position, unsigned i);
sword_t remove_page(word_t table, word_t position);

/* What is at that position of the window, for who is in PROCESS. A fault ends the invocation. */
static inline word_t look(word_t position)
{
    return *(volatile word_t *)(WINDOW + position * PAGE);
}

/* From outside: whether PROCESS sees page i there, with all that it had been seen before forgotten.
 */
bool sees(word_t position, unsigned i);

/* A script: activate PORT with the number of the CPU. Result RESULTS - 1 is the status. */
void walk_in(word_t cpu);
enum { WALKED = RESULTS - 1 };
