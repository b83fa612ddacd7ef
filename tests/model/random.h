/* SPDX-License-Identifier: Unlicense
 *
 * Random choices by the state of the model.
 */
#pragma once

#include "tests/model/generate.h"
#include "tests/random.h"

/* An id that the running thread can use: of a capability of that type that satisfies `wanted`
 * (NULL: any), else anything. */
typedef bool wanted_t(const struct m_slot *slot);
word_t pick_id(enum m_type type, wanted_t *wanted);

/* The slot behind an id that was picked, or NULL. */
struct m_slot *slot_of(word_t id);

/* A slot of a table that satisfies `wanted`, else any. */
word_t pick_slot(word_t table_id, wanted_t *wanted);

/* Where so many bytes of kernel memory may be free, as an offset of a capability. */
word_t free_offset(const struct m_slot *memory, word_t bytes);
