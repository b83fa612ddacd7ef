/* SPDX-License-Identifier: Unlicense
 *
 * A program of calls at random that goes the same way on every machine that the kernel is right on:
 * what it does next follows from a seed and from what it has seen. It is compiled for the host,
 * where the kernel is a library, and for a board, where it is the first process; both must print
 * the same digests (compare.py).
 *
 * Whichever thread runs acts: it shows what it finds in its registers and is told the next act.
 * Between two acts nothing of it lives but its registers, so that every thread and every port runs
 * the same few instructions. Nothing is compared that machines may do differently: an address of
 * the program itself is a symbol, a finite budget is only said to be one, and no budget ends by
 * time, which is why every finite one is larger than the run is long.
 *
 * Who acts is known by what a thread keeps: registers that cross an invocation hold the number of
 * the act and the thread's name. Next: generate.c (what to do), words.c (with which words),
 * shadow.c (what has been made), setup.c (the capabilities that it may use, which keep it from
 * harm).
 */
#pragma once

#include "abi/calls.h"

enum { CROSSING = 6, KEPT_NUMBER = 0, KEPT_WORD = 2, KEPT_NAME = 5 };

/* Places of the program where a thread can be: as words, these symbols. Whoever makes the call puts
 * the machine's address in their place, and takes it out of what comes back. */
enum place { PLACE_BEGIN, PLACE_RESUME, PLACE_LOAD, PLACE_STORE, PLACE_UNDEFINED, PLACES };
#define SYMBOL(place) ((word_t)0xC0DE0000C0DE0000 + (word_t)(place))

/* What a thread finds. */
struct seen {
    word_t place; /* BEGIN or RESUME */
    word_t result, value, param, stack;
    word_t crossing[CROSSING];
    word_t rest; /* whatever must be 0: the other registers of a caller */
};

/* What it does: leave these in its registers, then make a call, or go to an address. */
struct act {
    bool is_jump;
    word_t number, words[7]; /* the last word and crossing[KEPT_WORD] are one register */
    word_t target, stack;
    word_t crossing[CROSSING];
};

/* Where reading and writing of the program's own faults, and where nothing is ever mapped. */
#define NOWHERE ((word_t)0x7F0000001000)

/* ---- Given by the machine ---- */

/* A call of the first process before the program begins. */
sword_t machine_call(word_t number, const word_t words[7]);
#define MACHINE_CALL(number, ...) machine_call((number), (const word_t[7]){__VA_ARGS__})

/* Bytes of BOOT_KMEM; table and position of a page of 4 KiB which the first process has, with all
 * that a page can allow, number `page` of a few. */
word_t machine_memory(void);
word_t machine_page(unsigned page, word_t *position);

/* Make a guest's area zero, for a new guest. */
void machine_clear_area(word_t offset, word_t bytes);

/* A line of the trace. */
void machine_line(const char *text);

/* ---- The program ---- */

struct settings {
    uint64_t seed;
    word_t calls;
    word_t first, last; /* acts that are printed whole; last 0: none */
};

/* Make the objects and capabilities, then forget the authority to make others. A line says what
 * failed, if anything. */
bool program_setup(void);

void program_begin(const struct settings *settings);

/* The next act of whoever has seen this; false: the program has ended. */
bool program_next(const struct seen *seen, struct act *act);

/* How often each call, or kernel function, was answered with a status (as a positive number). */
enum { FUNCTIONS = 0x900 };
extern uint32_t program_reached[RME_CALL_COUNT][64], program_reached_function[FUNCTIONS][64];
