/* SPDX-License-Identifier: Unlicense
 *
 * The words of calls on page tables of an MMU. Tables lie at the begin of the address space, where
 * those of boot are, so that they fit into each other, and below position 1 of a top level.
 */
#include "tests/model/words.h"

#include "tests/model/random.h"

enum { PAGE_ORDER = 12, NUMBER = 9, TOP_ORDER = 39, TOP_NUMBER = 8, PLACES = 3, ENTRIES = 512 };

WANTED(is_target,
       slot->object->pagetable.size_order == PAGE_ORDER && has(slot, RIGHT_PAGETABLE_ADD_TARGET))
WANTED(is_source, slot->object->pagetable.pages != 0 && has(slot, RIGHT_PAGETABLE_ADD_SOURCE))
WANTED(has_pages, slot->object->pagetable.pages != 0 && has(slot, RIGHT_PAGETABLE_REMOVE))
WANTED(is_child, !slot->object->pagetable.is_top && has(slot, RIGHT_PAGETABLE_CHILD))

static word_t position(void)
{
    if (one_in(16))
        return one_in(2) ? random_any() : ENTRIES;
    return one_in(8) ? ENTRIES - 1 : random_below(PLACES);
}

void words_pgt_crt(word_t *w)
{
    word_t level = random_below(4);

    w[4] = random_below(2) << TOP_ORDER;
    w[5] = PAGE_ORDER + level * NUMBER;
    w[6] = NUMBER;
    if (level <= 1)
        w[4] |= random_below(PLACES) << (TOP_ORDER - NUMBER);
    if (level == 0)
        w[4] |= random_below(PLACES) << (TOP_ORDER - 2 * NUMBER);
    if (level == 3) {
        w[4] = PAGETABLE_TOP;
        w[6] = TOP_NUMBER;
    }
    creation(w, M_PAGETABLE, m.machine.table_align);
    if (!one_in(12))
        w[3] = (w[3] + m.machine.table_align - 1) & ~(m.machine.table_align - 1);
}

/* The position of a page, or of a child, from a random one on; else any. */
static word_t taken(const struct m_pagetable *table, bool is_page)
{
    word_t entries = (word_t)1 << table->number_order, at = random_below(entries);

    for (word_t i = 0; i < entries; i++, at = (at + 1) % entries)
        if (is_page ? table->page[at] : table->child[at] != NULL)
            return at;
    return position();
}

static const struct m_pagetable *table_of(word_t id)
{
    const struct m_slot *slot = slot_of(id);

    return slot != NULL && slot->type == M_PAGETABLE ? &slot->object->pagetable : NULL;
}

void words_pgt_add(word_t *w)
{
    const struct m_pagetable *to, *from;

    w[0] = pick_id(M_PAGETABLE, is_target);
    w[1] = position();
    w[2] = PAGE_READ | (random_word() & PAGE_FLAGS_ALL);
    w[3] = pick_id(M_PAGETABLE, is_source);
    w[4] = position();
    w[5] = one_in(16) ? random_any() : 0;
    to = table_of(w[0]);
    from = table_of(w[3]);
    if (to == NULL || from == NULL)
        return;
    w[4] = one_in(16) ? w[4] : taken(from, true);
    if (from->size_order > to->size_order && !one_in(8))
        w[5] = random_below((word_t)1 << (from->size_order - to->size_order));
    if (w[4] < ENTRIES && from->page[w[4]] && !one_in(8))
        w[2] = (w[2] & ((word_t)from->page_flags[w[4]] | PAGE_STATIC)) | PAGE_READ;
    if (one_in(16))
        w[2] &= ~(word_t)PAGE_READ;
}

void words_pgt_rem(word_t *w)
{
    const struct m_pagetable *table;

    w[0] = pick_id(M_PAGETABLE, has_pages);
    w[1] = position();
    table = table_of(w[0]);
    if (table != NULL && !one_in(8))
        w[1] = taken(table, true);
}

static const struct m_pagetable *wanted_child;

static bool is_place_of(const struct m_slot *slot)
{
    const struct m_pagetable *table = &slot->object->pagetable;

    return table->size_order == wanted_child->size_order + NUMBER &&
           (wanted_child->base - table->base) >> table->size_order >> table->number_order == 0 &&
           has(slot, RIGHT_PAGETABLE_PARENT_CONSTRUCT);
}

void words_pgt_con(word_t *w)
{
    const struct m_pagetable *parent;

    w[0] = pick_id(M_PAGETABLE, NULL);
    w[1] = position();
    w[2] = pick_id(M_PAGETABLE, is_child);
    w[3] = random_word() & PAGE_FLAGS_ALL;
    wanted_child = table_of(w[2]);
    if (wanted_child == NULL || one_in(12))
        return;
    w[0] = pick_id(M_PAGETABLE, is_place_of);
    parent = table_of(w[0]);
    if (parent != NULL && parent->size_order < WORD_BITS)
        w[1] = (wanted_child->base - parent->base) >> parent->size_order;
}

static const struct m_object *wanted_object;

static bool is_wanted(const struct m_slot *slot)
{
    return slot->object == wanted_object && has(slot, RIGHT_PAGETABLE_CHILD);
}

WANTED(has_children,
       slot->object->pagetable.children != 0 && has(slot, RIGHT_PAGETABLE_PARENT_DESTRUCT))

void words_pgt_des(word_t *w)
{
    const struct m_pagetable *parent;

    w[0] = pick_id(M_PAGETABLE, has_children);
    w[1] = position();
    w[2] = pick_id(M_PAGETABLE, is_child);
    parent = table_of(w[0]);
    if (parent == NULL || one_in(10))
        return;
    w[1] = taken(parent, false);
    if (w[1] >= ENTRIES || parent->child[w[1]] == NULL)
        return;
    wanted_object = parent->child[w[1]];
    w[2] = pick_id(M_PAGETABLE, is_wanted);
}
