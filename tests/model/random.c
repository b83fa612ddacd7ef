/* SPDX-License-Identifier: Unlicense */
#include "tests/model/random.h"

/* ---- Ids ---- */

static word_t one_level(word_t index)
{
    return index;
}

static bool suits(const struct m_slot *slot, enum m_type type, wanted_t *wanted)
{
    return slot->state == M_VALID && slot->type == type && (wanted == NULL || wanted(slot));
}

/* The index of a fitting slot, from a random one on; -1: none. */
static int find(const struct m_object *table, enum m_type type, wanted_t *wanted)
{
    word_t entries = table->captable.entries, index = random_below(entries);

    for (word_t i = 0; i < entries; i++, index++) {
        if (index == entries)
            index = 0;
        if (suits(&table->captable.slots[index], type, wanted))
            return (int)index;
    }
    return -1;
}

static bool pick_nested(const struct m_object *table, enum m_type type, wanted_t *wanted,
                        word_t *id)
{
    int outer = find(table, M_CAPTABLE, NULL), inner;

    if (outer < 0)
        return false;
    inner = find(table->captable.slots[outer].object, type, wanted);
    if (inner < 0)
        return false;
    *id = cap_id_in((word_t)outer, (word_t)inner).raw;
    return WORD_BITS == 32 || outer != 0;
}

static word_t nonsense_id(void)
{
    word_t entries = m_table()->captable.entries;

    if (one_in(3))
        return random_any();
    if (one_in(2))
        return cap_id_in(random_below(entries + 1), random_below(8)).raw;
    return one_level(random_below(entries + 2));
}

static bool is_anything(const struct m_slot *slot)
{
    (void)slot;
    return true;
}

static int find_frozen(const struct m_object *table)
{
    word_t start = random_below(table->captable.entries);

    for (word_t i = 0; i < table->captable.entries; i++) {
        word_t index = (start + i) % table->captable.entries;

        if (table->captable.slots[index].state == M_FROZEN)
            return (int)index;
    }
    return -1;
}

/* A refusal: frozen, of another type, without the right, nonsense. */
static word_t wrong_id(enum m_type type)
{
    int index = -1;

    switch (random_below(4)) {
    case 0:
        index = find_frozen(m_table());
        if (index >= 0 && one_in(3))
            return cap_id_in((word_t)index, random_below(4)).raw;
        break;
    case 1:
        index = find(m_table(), (enum m_type)(1 + random_below(M_TYPES - 1)), is_anything);
        break;
    case 2:
        index = find(m_table(), type, is_anything);
        break;
    default:
        break;
    }
    return index >= 0 ? one_level((word_t)index) : nonsense_id();
}

word_t pick_id(enum m_type type, wanted_t *wanted)
{
    const struct m_object *table = m_table();
    word_t id;
    int index;

    if (one_in(16))
        return wrong_id(type);
    if (one_in(12))
        wanted = NULL;
    if (one_in(3) && pick_nested(table, type, wanted, &id))
        return id;
    index = find(table, type, wanted);
    if (index >= 0)
        return one_level((word_t)index);
    if (pick_nested(table, type, wanted, &id))
        return id;
    index = find(table, type, NULL);
    return index >= 0 ? one_level((word_t)index) : nonsense_id();
}

struct m_slot *slot_of(word_t id)
{
    struct m_slot *slot;

    for (unsigned type = M_KFUNC; type < M_TYPES; type++)
        if (m_lookup(id, (enum m_type)type, &slot) == STATUS_OK)
            return slot;
    return NULL;
}

word_t pick_slot(word_t table_id, wanted_t *wanted)
{
    struct m_slot *table = slot_of(table_id);
    word_t entries, index;

    if (table == NULL || table->type != M_CAPTABLE)
        return random_below(8);
    entries = table->object->captable.entries;
    index = random_below(entries);
    for (word_t i = 0; i < entries; i++, index++) {
        if (index == entries)
            index = 0;
        if (wanted(&table->object->captable.slots[index]))
            return index;
    }
    return one_in(4) ? entries + random_below(3) : random_below(entries);
}

word_t free_offset(const struct m_slot *memory, word_t bytes)
{
    word_t span = memory->high - memory->low, offset = 0;

    if (span > profile.memory)
        span = profile.memory;
    for (unsigned i = 0; i < 8; i++) {
        word_t first, last;

        offset = random_below(span / KMEM_GRANULE + 1) * KMEM_GRANULE;
        first = (memory->low + offset - m.machine.kmem) / KMEM_GRANULE;
        last = first + (bytes - 1) / KMEM_GRANULE;
        if (first < M_GRANULES && last < M_GRANULES && m.owner[first] == NULL &&
            m.owner[last] == NULL)
            break;
    }
    return offset;
}
