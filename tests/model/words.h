/* SPDX-License-Identifier: Unlicense
 *
 * The words of each call, chosen so that it succeeds where the state allows.
 */
#pragma once

#include "tests/model/generate.h"

/* Where page tables lie: at the begin of the last range of the first process's memory, which may be
 * read, written and executed and is block 2 of its memory map (arch/host/machine.c). */
enum { WINDOW = 0x100000, WINDOW_ORDER = 15, WINDOW_TABLE = 2 };

/* A predicate on capabilities or slots, for pick_id and pick_slot. */
#define WANTED(name, claim)                                                                        \
    static bool name(const struct m_slot *slot)                                                    \
    {                                                                                              \
        return claim;                                                                              \
    }

static inline bool has(const struct m_slot *slot, word_t right)
{
    return (slot->rights & right) != 0;
}

/* Of any call. */
void good_words(word_t number, word_t *w);

/* Where an object of a type and size can be made: table, slot, memory, offset. */
void creation(word_t *w, enum m_type type, word_t bytes);

/* A frozen root of a type: table, slot. */
void deletion(word_t *w, enum m_type type);

/* Of these. */
void words_cpt_crt(word_t *w);
void words_cpt_frz(word_t *w);
void words_cpt_rem(word_t *w);
void words_cpt_add(word_t *w);
void words_prc_crt(word_t *w);
void words_prc_cpt(word_t *w);
void words_prc_pgt(word_t *w);
void words_pgt_crt(word_t *w);
void words_pgt_add(word_t *w);
void words_pgt_rem(word_t *w);
void words_pgt_con(word_t *w);
void words_pgt_des(word_t *w);
