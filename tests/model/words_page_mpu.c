/* SPDX-License-Identifier: Unlicense
 *
 * The words of calls on page tables.
 */
#include "tests/model/words.h"

#include "tests/model/random.h"

WANTED(is_page_source, slot->object->pagetable.pages != 0 && has(slot, RIGHT_PAGETABLE_ADD_SOURCE))
WANTED(is_page_target,
       slot->object->pagetable.number_order <= 3 && has(slot, RIGHT_PAGETABLE_ADD_TARGET))
WANTED(has_pages, slot->object->pagetable.pages != 0 && has(slot, RIGHT_PAGETABLE_REMOVE))
WANTED(is_parent,
       m_pagetable_top(slot->object) != NULL && has(slot, RIGHT_PAGETABLE_PARENT_CONSTRUCT))
WANTED(is_orphan, slot->object->pagetable.parent == NULL && !slot->object->pagetable.is_top &&
                      has(slot, RIGHT_PAGETABLE_CHILD))
WANTED(is_attached, slot->object->pagetable.parent != NULL && has(slot, RIGHT_PAGETABLE_CHILD))

/* ---- Page tables ---- */

void words_pgt_crt(word_t *w)
{
    word_t number = random_below(one_in(4) ? 9 : 4);
    word_t size =
        one_in(4) ? 5 + random_below((word_t)(WINDOW_ORDER - 4) - number) : 8 + random_below(4);

    w[5] = size;
    w[6] = number;
    w[4] = WINDOW + ((random_word() << (size + number)) & (((word_t)1 << WINDOW_ORDER) - 1));
    if (one_in(6)) {
        w[4] = PAGETABLE_TOP;
        w[5] = WORD_BITS;
        w[6] = random_below(4);
    } else if (one_in(6)) {
        w[5] = 8 + random_below(6);
        w[6] = WINDOW_ORDER - w[5] < 4 ? WINDOW_ORDER - w[5] : random_below(4);
        w[4] = WINDOW | PAGETABLE_TOP;
    }
    creation(w, M_PAGETABLE, (CONFIG_RAW ? 0 : m_pagetable_bytes(w[4] & 1, w[5], w[6])) + 1);
}

static word_t position_in(const struct m_slot *cap)
{
    if (cap == NULL || cap->type != M_PAGETABLE || one_in(20))
        return one_in(4) ? random_any() : random_below(9);
    return random_below((word_t)1 << cap->object->pagetable.number_order);
}

/* A table with a page that holds an entry of the target. */
static word_t wanted_at, wanted_order;

static bool is_source(const struct m_slot *slot)
{
    const struct m_pagetable *table = &slot->object->pagetable;
    word_t position;

    if (table->size_order >= WORD_BITS || table->size_order < wanted_order ||
        !has(slot, RIGHT_PAGETABLE_ADD_SOURCE))
        return false;
    position = (wanted_at - table->base) >> table->size_order;
    return position >> table->number_order == 0 && table->page[position] && position >= slot->low &&
           position <= slot->high;
}

void words_pgt_add(word_t *w)
{
    const struct m_slot *to, *from;
    const struct m_pagetable *table, *source;

    w[0] = pick_id(M_PAGETABLE, is_page_target);
    to = slot_of(w[0]);
    w[1] = position_in(to);
    w[2] = PAGE_READ | (random_word() & PAGE_FLAGS_ALL);
    w[3] = pick_id(M_PAGETABLE, is_page_source);
    w[4] = 0;
    if (to == NULL || to->type != M_PAGETABLE || one_in(20))
        return;
    table = &to->object->pagetable;
    if (table->size_order >= WORD_BITS)
        return;
    wanted_at = table->base + (w[1] << table->size_order);
    wanted_order = table->size_order;
    w[3] = pick_id(M_PAGETABLE, is_source);
    from = slot_of(w[3]);
    if (from == NULL || from->type != M_PAGETABLE)
        return;
    source = &from->object->pagetable;
    if (source->size_order >= WORD_BITS)
        return;
    w[4] = ((wanted_at - source->base) >> source->size_order) &
           (((word_t)1 << source->number_order) - 1);
    w[5] = (wanted_at - source->base - (w[4] << source->size_order)) >> table->size_order;
    if (!one_in(8))
        w[2] = (w[2] & (source->flags | PAGE_STATIC)) | PAGE_READ;
    if (table->pages != 0 && !one_in(8))
        w[2] = table->flags;
}

void words_pgt_rem(word_t *w)
{
    w[0] = pick_id(M_PAGETABLE, has_pages);
    w[1] = position_in(slot_of(w[0]));
}

void words_pgt_con(word_t *w)
{
    const struct m_slot *parent, *child;

    w[0] = pick_id(M_PAGETABLE, is_parent);
    w[2] = pick_id(M_PAGETABLE, is_orphan);
    parent = slot_of(w[0]);
    child = slot_of(w[2]);
    w[1] = position_in(parent);
    w[3] = random_word() & PAGE_FLAGS_ALL;
    if (parent == NULL || parent->type != M_PAGETABLE || child == NULL ||
        child->type != M_PAGETABLE || one_in(8) ||
        parent->object->pagetable.size_order >= WORD_BITS)
        return;
    w[1] = (child->object->pagetable.base - parent->object->pagetable.base) >>
           parent->object->pagetable.size_order;
}

void words_pgt_des(word_t *w)
{
    const struct m_slot *child;

    w[2] = pick_id(M_PAGETABLE, is_attached);
    child = slot_of(w[2]);
    w[0] = pick_id(M_PAGETABLE, is_parent);
    w[1] = position_in(slot_of(w[0]));
    if (child == NULL || child->type != M_PAGETABLE || one_in(10))
        return;
    w[1] = child->object->pagetable.position;
    for (unsigned i = 0; i < 12; i++) {
        const struct m_slot *parent = slot_of(w[0]);

        if (parent != NULL && parent->type == M_PAGETABLE &&
            parent->object == child->object->pagetable.parent)
            break;
        w[0] = pick_id(M_PAGETABLE, is_parent);
    }
}
