/* SPDX-License-Identifier: Unlicense
 *
 * The words of each call, chosen so that it mostly succeeds, and otherwise fails at any of its
 * checks.
 */
#pragma once

#include "tests/trace/program.h"

enum {
    PAGE_ORDER = 12,
    NUMBER_ORDER = 9,
    TOP_ORDER = 39,
    TOP_NUMBER_ORDER = 8,
    LINE_FIRST = 24, /* lines that no machine has for something else */
    LINE_COUNT = 8,
    PRIORITY_MAX = 4,
};

/* The name of a thread that runs: of the first one, of those begun anew, and 0: unknown. */
enum { NAME_INIT = 1, NAME_FIRST = 16 };

/* A call that the thread of a name makes. */
void words_choose(struct act *act, word_t name);

/* Mostly activations of ports. */
void words_nest(struct act *act);

/* A place where a thread may go: of the program, or where it faults. */
word_t words_target(void);

/* The same, or where only the kernel can let a thread go: QEMU jumps there and a processor does
 * not. */
word_t words_bad_entry(void);

/* The words of a call of a kernel function. */
void words_of_function(word_t *w);
