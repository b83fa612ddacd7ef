/* SPDX-License-Identifier: Unlicense */
#include "tests/trace/pick.h"

#include "tests/random.h"

/* ---- Ids ---- */

word_t pick_made(unsigned slot)
{
    return cap_id_in(FIXED_TABLE, slot).raw;
}

word_t pick_fixed(unsigned slot)
{
    return one_in(4) ? cap_id_in(FIXED_SELF, slot).raw : slot;
}

static word_t id_fixed_of(enum kind kind)
{
    static const uint8_t fixed[KINDS][4] = {
        [KIND_NONE] = {FIXED_SELF, FIXED_INIT, FIXED_KMEM, FIXED_TIMER},
        [KIND_TABLE] = {FIXED_TABLE, FIXED_TABLE, FIXED_TABLE, FIXED_SELF},
        [KIND_PAGETABLE] = {FIXED_SOURCE, FIXED_DIRECTORY, FIXED_TOP, FIXED_TOP},
        [KIND_PROCESS] = {FIXED_PROCESS, FIXED_OTHER_PROCESS, FIXED_OTHER_PROCESS, FIXED_PROCESS},
        [KIND_THREAD] = {FIXED_INIT, FIXED_INIT, FIXED_INIT, FIXED_INIT},
        [KIND_PORT] = {FIXED_TIMER, FIXED_INIT, FIXED_SELF, FIXED_KMEM},
        [KIND_SIGNAL] = {FIXED_TIMER, FIXED_TIMER, FIXED_TIMER, FIXED_TIMER},
        [KIND_KMEM] = {FIXED_KMEM, FIXED_KMEM, FIXED_KMEM, FIXED_GUESTS},
        [KIND_KFUNC] = {FIXED_PAGE_FUNCTIONS, FIXED_LINE_FUNCTIONS, FIXED_DEBUG_FUNCTIONS,
                        FIXED_FEW_LINES},
    };

    return pick_fixed(fixed[kind][random_below(4)]);
}

word_t pick_wrong(void)
{
    static const word_t ids[] = {CAP_NULL,         SLOTS,      (word_t)1 << 32,
                                 0x10000 | 0xFFFF, ~(word_t)0, (word_t)FIXED_TIMER << 16,
                                 0x400000};

    switch (random_below(4)) {
    case 0:
        return ids[random_below(sizeof(ids) / sizeof(ids[0]))];
    case 1:
        return pick_made((unsigned)random_below(SLOTS + 2));
    case 2:
        return random_below(SLOTS);
    default:
        return random_any();
    }
}

unsigned pick_slot(pick_wanted_t *wanted)
{
    unsigned start = (unsigned)random_below(SLOTS - FIRST_MADE);

    for (unsigned i = 0; i < SLOTS - FIRST_MADE; i++) {
        unsigned slot = FIRST_MADE + (start + i) % (SLOTS - FIRST_MADE);

        if (wanted(&shadow[slot]))
            return slot;
    }
    return SLOTS;
}

enum kind pick_kind;

static bool is_kind(const struct shadow *slot)
{
    return slot->kind == pick_kind && !slot->is_frozen;
}

static bool is_kind_frozen(const struct shadow *slot)
{
    return slot->kind == pick_kind && slot->is_frozen;
}

word_t pick(enum kind kind)
{
    unsigned slot;

    if (one_in(24))
        return pick_wrong();
    pick_kind = kind;
    slot = pick_slot(one_in(24) ? is_kind_frozen : is_kind);
    return slot == SLOTS ? id_fixed_of(kind) : pick_made(slot);
}

word_t pick_either(enum kind kind)
{
    return one_in(2) ? id_fixed_of(kind) : pick(kind);
}

/* ---- Slots ---- */

bool pick_is_empty(const struct shadow *slot)
{
    return slot->kind == KIND_NONE;
}

bool pick_is_any(const struct shadow *slot)
{
    return slot->kind != KIND_NONE && !slot->is_frozen;
}

bool pick_is_frozen_leaf(const struct shadow *slot)
{
    return slot->is_frozen && slot->is_leaf;
}

bool pick_is_frozen_leaf_of_kind(const struct shadow *slot)
{
    return slot->kind == pick_kind && pick_is_frozen_leaf(slot);
}

bool pick_is_frozen_root(const struct shadow *slot)
{
    return slot->kind == pick_kind && slot->is_frozen && !slot->is_leaf;
}

word_t pick_table(void)
{
    unsigned slot;

    if (one_in(16))
        return pick(KIND_TABLE);
    if (one_in(40))
        return pick_fixed(FIXED_SELF); /* which allows next to nothing */
    pick_kind = KIND_TABLE;
    slot = one_in(40) ? pick_slot(is_kind_frozen) : SLOTS;
    if (slot != SLOTS)
        return pick_made(slot);
    return one_in(8) ? cap_id_in(FIXED_SELF, FIXED_TABLE).raw : FIXED_TABLE;
}

word_t pick_slot_mostly(pick_wanted_t *wanted)
{
    unsigned slot = one_in(24) ? SLOTS : pick_slot(wanted);

    if (slot != SLOTS)
        return slot;
    return one_in(4) ? SLOTS + random_below(4) : FIRST_MADE + random_below(SLOTS - FIRST_MADE);
}
