/* SPDX-License-Identifier: Unlicense
 *
 * Slots, their life, and kernel memory as a set of granules, each with its owner.
 */
#include "tests/model/model.h"

#include <stdlib.h>

struct m_system m;

enum { QUIESCENT_EPOCHS = 3 };

static void own(const struct m_object *object, struct m_object *owner)
{
    word_t first = (object->address - m.machine.kmem) / KMEM_GRANULE;
    word_t count = (object->bytes + KMEM_GRANULE - 1) / KMEM_GRANULE;

    for (word_t i = first; i < first + count; i++) {
        m.owner[i] = owner;
        if (owner != NULL)
            m.marked[i / WORD_BITS] |= (word_t)1 << i % WORD_BITS;
        else
            m.marked[i / WORD_BITS] &= ~((word_t)1 << i % WORD_BITS);
    }
}

struct m_object *m_object_new(enum m_type type, struct m_slot *root, word_t address, word_t bytes)
{
    struct m_object *object = calloc(1, sizeof(*object));

    if (object == NULL)
        abort();
    object->type = type;
    object->root = root;
    object->address = address;
    object->bytes = bytes;
    own(object, object);
    return object;
}

void m_object_free(struct m_object *object)
{
    own(object, NULL);
    if (object->type == M_CAPTABLE)
        free(object->captable.slots);
    free(object);
}

static void forget(struct m_object *table)
{
    for (word_t i = 0; i < table->captable.entries; i++) {
        struct m_slot *slot = &table->captable.slots[i];

        if (slot->state == M_EMPTY || slot->is_leaf || slot->object == NULL ||
            slot->object == m.boot_table)
            continue;
        if (slot->type == M_CAPTABLE)
            forget(slot->object);
        else
            m_object_free(slot->object);
    }
    m_object_free(table);
}

void m_reset(void)
{
    if (m.boot_table != NULL)
        forget(m.boot_table);
    m = (struct m_system){0};
}

struct m_object *m_table(void)
{
    return m_process(m.current)->process.captable;
}

/* ---- Ids ---- */

struct id {
    bool is_legal, has_two;
    word_t outer, inner;
};

/* docs/capabilities.md, Ids. */
static struct id id_of(word_t raw)
{
    if (WORD_BITS == 32 && (raw & 0x80) == 0)
        return (struct id){raw <= 0x7F, false, 0, raw};
    if (WORD_BITS == 32)
        return (struct id){raw >> 15 == 0, true, raw >> 8 & 0x7F, raw & 0x7F};
    if (raw <= 0xFFFF)
        return (struct id){true, false, 0, raw};
    return (struct id){raw >> 16 >> 16 == 0, true, raw >> 16 & 0xFFFF, raw & 0xFFFF};
}

static enum status in_table(const struct m_object *table, word_t index, enum m_type type,
                            struct m_slot **slot)
{
    if (index >= table->captable.entries)
        return STATUS_RANGE;
    *slot = &table->captable.slots[index];
    if ((*slot)->state == M_FROZEN)
        return STATUS_FROZEN;
    return (*slot)->state == M_VALID && (*slot)->type == type ? STATUS_OK : STATUS_TYPE;
}

enum status m_lookup(word_t raw, enum m_type type, struct m_slot **slot)
{
    struct id id = id_of(raw);
    struct m_object *table = m_table();
    enum status status;

    if (!id.is_legal)
        return STATUS_RANGE;
    if (id.has_two) {
        status = in_table(table, id.outer, M_CAPTABLE, slot);
        if (status != STATUS_OK)
            return status;
        table = (*slot)->object;
    }
    return in_table(table, id.inner, type, slot);
}

enum status m_operands(const struct m_operand *operands, unsigned count, struct m_slot **caps)
{
    for (unsigned i = 0; i < count; i++) {
        enum status status = m_lookup(operands[i].id, operands[i].type, &caps[i]);

        if (status != STATUS_OK)
            return status;
    }
    for (unsigned i = 0; i < count; i++)
        if (operands[i].right != 0 && (caps[i]->rights & operands[i].right) == 0)
            return STATUS_RIGHTS;
    return STATUS_OK;
}

struct m_slot *m_slot_at(const struct m_slot *table, word_t index)
{
    const struct m_captable *captable = &table->object->captable;

    return index < captable->entries ? &captable->slots[index] : NULL;
}

/* ---- Kernel memory ---- */

bool m_bounds(const struct m_slot *memory, word_t offset, word_t bytes)
{
    word_t size = memory->high - memory->low;

    return offset <= size && bytes <= size - offset;
}

static bool is_free(word_t address, word_t bytes)
{
    word_t offset = address - m.machine.kmem;

    if (address % KMEM_GRANULE != 0 || offset >= m.machine.kmem_bytes ||
        bytes > m.machine.kmem_bytes - offset)
        return false;
    for (word_t at = offset; at < offset + bytes; at += KMEM_GRANULE)
        if (m.owner[at / KMEM_GRANULE] != NULL)
            return false;
    return true;
}

enum status m_claim(const struct m_slot *table, word_t index, const struct m_slot *memory,
                    word_t offset, word_t bytes, struct m_slot **slot)
{
    if (bytes != 0 && !m_bounds(memory, offset, bytes))
        return STATUS_BOUNDS;
    *slot = m_slot_at(table, index);
    if (*slot == NULL)
        return STATUS_RANGE;
    if ((*slot)->state != M_EMPTY)
        return STATUS_OCCUPIED;
    if (bytes != 0 && !is_free(memory->low + offset, bytes))
        return STATUS_MEMORY;
    return STATUS_OK;
}

struct m_object *m_root(struct m_slot *slot, enum m_type type, word_t rights, word_t address,
                        word_t bytes)
{
    struct m_object *object = m_object_new(type, slot, address, bytes);

    *slot = (struct m_slot){.at = slot->at,
                            .state = M_VALID,
                            .type = type,
                            .stamp = m.epoch,
                            .rights = rights,
                            .object = object};
    return object;
}

/* ---- The end of a slot ---- */

/* With one CPU there is nothing to wait for; a build for more has an epoch, which a refusal tries
 * to move on: it can when this CPU has seen it. */
bool m_quiescent(word_t stamp)
{
    if (CONFIG_CPUS_MAX == 1 || m.epoch - stamp >= QUIESCENT_EPOCHS)
        return true;
    if (m.seen == m.epoch)
        m.epoch++;
    return false;
}

void m_thaw(struct m_slot *slot)
{
    slot->state = M_VALID;
    slot->stamp = m.epoch;
}

enum status m_delete_check(const struct m_slot *table, word_t index, enum m_type type,
                           struct m_slot **slot)
{
    *slot = m_slot_at(table, index);
    if (*slot == NULL)
        return STATUS_RANGE;
    if ((*slot)->state == M_EMPTY)
        return STATUS_EMPTY;
    if ((*slot)->state != M_FROZEN)
        return STATUS_NOT_FROZEN;
    if ((*slot)->type != type)
        return STATUS_TYPE;
    if (!m_quiescent((*slot)->stamp))
        return STATUS_NOT_QUIESCENT;
    if ((*slot)->is_leaf)
        return STATUS_LEAF;
    if ((*slot)->object->references == 0)
        return STATUS_OK;
    m_thaw(*slot);
    return STATUS_REFERENCED;
}

void m_erase(struct m_slot *slot)
{
    *slot = (struct m_slot){.at = slot->at, .stamp = slot->stamp};
}

void m_hold(struct m_object *object)
{
    object->references++;
}

void m_drop(struct m_object *object)
{
    if (object->references == 0)
        abort();
    object->references--;
}
