/* SPDX-License-Identifier: Unlicense
 *
 * Ids and slots for the words of calls: mostly what fits, now and then what does not.
 */
#pragma once

#include "tests/trace/shadow.h"

/* Id of what was made in a slot, and of what boot has made. */
word_t pick_made(unsigned slot);
word_t pick_fixed(unsigned slot);

/* An id that mostly names nothing. */
word_t pick_wrong(void);

/* Id of something of a kind: of what was made if there is any, else of boot's. pick_either: as
 * often of boot's. */
word_t pick(enum kind kind);
word_t pick_either(enum kind kind);

/* Id of a capability table to work on. */
word_t pick_table(void);

/* Whether a slot will do. The two below of a kind look at pick_kind. */
typedef bool pick_wanted_t(const struct shadow *slot);
extern enum kind pick_kind;
bool pick_is_empty(const struct shadow *slot);
bool pick_is_any(const struct shadow *slot);
bool pick_is_frozen_leaf(const struct shadow *slot);
bool pick_is_frozen_leaf_of_kind(const struct shadow *slot);
bool pick_is_frozen_root(const struct shadow *slot); /* of a kind */

/* A slot of what was made that satisfies `wanted`, from a random one on; SLOTS: none. */
unsigned pick_slot(pick_wanted_t *wanted);

/* The same mostly; else any, in the table or not. */
word_t pick_slot_mostly(pick_wanted_t *wanted);
