/* SPDX-License-Identifier: Unlicense
 *
 * The changes of a slot, inline: for the calls that are made often, and for cap.c, which makes
 * functions of them for all others. Contracts: cap.h.
 *
 * A header that is about to be exchanged is looked at relaxed: nothing is read that it publishes
 * before the compare-exchange has acquired it.
 */
#pragma once

#include "kernel/cap.h"

ALWAYS_INLINE word_t header_of(enum cap_type type, enum cap_state state, word_t leaf, word_t stamp)
{
    return stamp << CAP_STAMP_SHIFT | leaf | cap_byte(type, state);
}

ALWAYS_INLINE enum status change_occupy(struct capability *slot)
{
    word_t stamp = quiesce_stamp();
    word_t seen = shared_load(&slot->header);

    if (cap_state(seen) != CAP_EMPTY)
        return STATUS_OCCUPIED;
    if (!shared_cas(&slot->header, seen, header_of(CAP_NONE, CAP_CREATING, 0, stamp)))
        return STATUS_CONFLICT;
    return STATUS_OK;
}

ALWAYS_INLINE void change_begin(struct capability *slot, void *object)
{
    shared_store(&slot->link, 0);
    slot->object = object;
    for (unsigned i = 0; i < 4; i++)
        slot->extra[i] = 0;
}

/* The state in which a claim ends keeps its stamp. */
ALWAYS_INLINE void end_claim(struct capability *slot, enum cap_type type, enum cap_state state,
                             word_t leaf)
{
    word_t stamp = cap_stamp(shared_load(&slot->header));

    /* Pairs with the acquire of cap_is: whoever sees the type sees the words. */
    shared_store_release(&slot->header, header_of(type, state, leaf, stamp));
}

ALWAYS_INLINE enum status change_freeze(struct capability *slot)
{
    word_t stamp = quiesce_stamp();
    word_t seen = shared_load(&slot->header);

    if (!cap_is_held(seen))
        return STATUS_EMPTY;
    if (cap_state(seen) == CAP_FROZEN)
        return STATUS_FROZEN;
    if ((seen & CAP_LEAF) == 0 && shared_load(&slot->link) != 0)
        return STATUS_REFERENCED;
    if (!quiesce_passed(cap_stamp(seen)))
        return STATUS_NOT_QUIESCENT;
    if (!shared_cas(&slot->header, seen,
                    header_of(cap_type(seen), CAP_FROZEN, seen & CAP_LEAF, stamp)))
        return STATUS_CONFLICT;
    return STATUS_OK;
}

/* The slot must hold something frozen. */
ALWAYS_INLINE enum status check_frozen(const struct capability *table, word_t index,
                                       struct cap_end *end)
{
    end->slot = cap_slot(table, index);
    if (end->slot == NULL)
        return STATUS_RANGE;
    end->seen = shared_load(&end->slot->header);
    if (!cap_is_held(end->seen))
        return STATUS_EMPTY;
    return cap_state(end->seen) == CAP_FROZEN ? STATUS_OK : STATUS_NOT_FROZEN;
}

/* Claim a slot that was found frozen: what the object says is then looked at by one CPU only, and
 * not by one that has lost while another makes something else of its memory (hazard H1i). */
ALWAYS_INLINE enum status claim(const struct cap_end *end)
{
    word_t claimed = header_of(CAP_NONE, CAP_CREATING, 0, cap_stamp(end->seen));

    if (CONFIG_CPUS_MAX == 1)
        return STATUS_OK;
    return shared_cas(&end->slot->header, end->seen, claimed) ? STATUS_OK : STATUS_CONFLICT;
}

ALWAYS_INLINE enum status change_check_remove(const struct capability *table, word_t index,
                                              struct cap_end *end)
{
    enum status status = check_frozen(table, index, end);

    if (status != STATUS_OK)
        return status;
    if ((end->seen & CAP_LEAF) == 0)
        return STATUS_ROOT;
    return quiesce_passed(cap_stamp(end->seen)) ? claim(end) : STATUS_NOT_QUIESCENT;
}

ALWAYS_INLINE void change_erase(const struct cap_end *end)
{
    word_t empty = header_of(CAP_NONE, CAP_EMPTY, 0, cap_stamp(end->seen));

    shared_store_release(&end->slot->header, empty);
}
