/* SPDX-License-Identifier: Unlicense */
#include "tests/trace/shadow.h"

#include "tests/random.h"

struct shadow shadow[SLOTS];
static uint8_t users[CELLS];

void shadow_begin(void)
{
    for (unsigned i = 0; i < SLOTS; i++)
        shadow[i] = (struct shadow){.cell = CELLS, .parent = SLOTS};
    for (unsigned i = 0; i < CELLS; i++)
        users[i] = 0;
}

word_t shadow_cell(void)
{
    word_t cell = random_below(CELLS);

    for (unsigned i = 0; i < CELLS && users[cell] != 0; i++)
        cell = (cell + 1) % CELLS;
    return cell;
}

unsigned shadow_slot(word_t id)
{
    word_t index = id & 0xFFFF;

    return id >> 16 == FIXED_TABLE && index >= FIRST_MADE && index < SLOTS ? (unsigned)index
                                                                           : SLOTS;
}

static bool is_table_of_made(word_t id)
{
    return id == FIXED_TABLE || id == cap_id_in(FIXED_SELF, FIXED_TABLE).raw ||
           id == cap_id_in(FIXED_TABLE, FIXED_TABLE).raw;
}

static enum kind created_by(word_t number)
{
    switch (number) {
    case RME_SVC_CPT_CRT:
        return KIND_TABLE;
    case RME_SVC_PGT_CRT:
        return KIND_PAGETABLE;
    case RME_SVC_PRC_CRT:
        return KIND_PROCESS;
    case RME_SVC_THD_CRT:
        return KIND_THREAD;
    case RME_SVC_SIG_CRT:
        return KIND_SIGNAL;
    case RME_SVC_INV_CRT:
        return KIND_PORT;
    default:
        return KIND_NONE;
    }
}

static bool is_deletion(word_t number)
{
    return number == RME_SVC_CPT_DEL || number == RME_SVC_PGT_DEL || number == RME_SVC_PRC_DEL ||
           number == RME_SVC_THD_DEL || number == RME_SVC_SIG_DEL || number == RME_SVC_INV_DEL;
}

static void created(struct shadow *slot, const struct act *act, enum kind kind)
{
    const word_t *w = act->words;
    bool has_memory = kind != KIND_PROCESS && kind != KIND_SIGNAL;

    *slot = (struct shadow){.kind = (uint8_t)kind, .cell = CELLS, .parent = SLOTS};
    if (has_memory && w[3] / CELL_BYTES < CELLS) {
        slot->cell = (uint8_t)(w[3] / CELL_BYTES);
        users[slot->cell]++;
    }
    if (kind == KIND_PAGETABLE) {
        slot->base = w[4] & ~(word_t)PAGETABLE_TOP;
        slot->is_top = (w[4] & PAGETABLE_TOP) != 0;
        slot->order = (uint8_t)w[5];
    }
    if (kind == KIND_THREAD && (w[6] & THREAD_GUEST) != 0 && w[1] >= GUEST_SLOTS)
        machine_clear_area((w[1] - GUEST_SLOTS) * AREA_BYTES_EACH, AREA_BYTES_EACH);
}

static void forget(struct shadow *slot)
{
    if (slot->cell < CELLS && users[slot->cell] != 0)
        users[slot->cell]--;
    *slot = (struct shadow){.cell = CELLS, .parent = SLOTS};
}

static enum kind kind_of_fixed(word_t index)
{
    static const uint8_t kinds[FIXED_COUNT] = {
        [FIXED_ALIAS] = KIND_TABLE,
        [FIXED_TABLE] = KIND_TABLE,
        [FIXED_SELF] = KIND_TABLE,
        [FIXED_PROCESS] = KIND_PROCESS,
        [FIXED_INIT] = KIND_THREAD,
        [FIXED_KMEM] = KIND_KMEM,
        [FIXED_TIMER] = KIND_SIGNAL,
        [FIXED_GUESTS] = KIND_KMEM,
        [FIXED_SOURCE] = KIND_PAGETABLE,
        [FIXED_DIRECTORY] = KIND_PAGETABLE,
        [FIXED_TOP] = KIND_PAGETABLE,
        [FIXED_PAGE_FUNCTIONS] = KIND_KFUNC,
        [FIXED_CONSOLE] = KIND_KFUNC,
        [FIXED_LINE_FUNCTIONS] = KIND_KFUNC,
        [FIXED_FEW_LINES] = KIND_KFUNC,
        [FIXED_DEBUG_FUNCTIONS] = KIND_KFUNC,
        [FIXED_OTHER_PROCESS] = KIND_PROCESS,
        [FIXED_MONITORS] = KIND_KFUNC,
    };

    return index < FIXED_COUNT ? (enum kind)kinds[index] : KIND_NONE;
}

static void delegated(struct shadow *slot, const word_t *w)
{
    *slot = (struct shadow){.cell = CELLS, .parent = SLOTS};
    if (is_table_of_made(w[2]) && w[3] < SLOTS) {
        *slot = shadow[w[3]];
        slot->root = slot->is_leaf ? slot->root : (uint8_t)w[3];
        slot->cell = CELLS;
        slot->parent = SLOTS;
        slot->holds = slot->is_frozen = slot->shows = false;
    } else {
        slot->kind = (uint8_t)kind_of_fixed(w[3]);
        slot->root = SLOTS;
    }
    slot->is_leaf = true;
}

/* The one slot of a table made here that is ever used. */
static void note_inner(const struct act *act)
{
    unsigned table = shadow_slot(act->words[0]);

    if (table == SLOTS || shadow[table].kind != KIND_TABLE || act->words[1] != 0)
        return;
    if (act->number == RME_SVC_CPT_ADD)
        shadow[table].holds = true;
    if (act->number == RME_SVC_CPT_FRZ)
        shadow[table].holds_frozen = true;
    if (act->number == RME_SVC_CPT_REM)
        shadow[table].holds = shadow[table].holds_frozen = false;
}

/* Tables in tables. */
static void note_family(const struct act *act)
{
    unsigned parent = shadow_slot(act->words[0]), child = shadow_slot(act->words[2]);
    bool is_in = act->number == RME_SVC_PGT_CON;

    if ((!is_in && act->number != RME_SVC_PGT_DES) || parent == SLOTS)
        return;
    if (child == SLOTS) {
        shadow[parent].shows = is_in;
        return;
    }
    shadow[child].parent = is_in ? (uint8_t)parent : SLOTS;
    shadow[child].position = act->words[1];
}

void shadow_note(const struct act *act, sword_t result)
{
    const word_t *w = act->words;
    struct shadow *slot = &shadow[w[1] % SLOTS];

    if (result == STATUS_OK) {
        note_inner(act);
        note_family(act);
    }
    if (!is_table_of_made(w[0]) || w[1] >= SLOTS)
        return;
    if (is_deletion(act->number) &&
        (result == STATUS_NOT_EMPTY || result == STATUS_BUSY || result == STATUS_STATE))
        slot->is_frozen = false; /* refused so late, it is thawed */
    if (result != STATUS_OK)
        return;
    if (created_by(act->number) != KIND_NONE)
        created(slot, act, created_by(act->number));
    else if (is_deletion(act->number) || act->number == RME_SVC_CPT_REM)
        forget(slot);
    else if (act->number == RME_SVC_CPT_FRZ)
        slot->is_frozen = true;
    else if (act->number == RME_SVC_CPT_ADD)
        delegated(slot, w);
}
