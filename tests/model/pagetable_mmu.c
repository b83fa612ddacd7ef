/* SPDX-License-Identifier: Unlicense
 *
 * Page tables on a machine with an MMU of four levels: a radix tree. A child lies exactly at its
 * place, of which several parents may have it; a page is what the source has, or a piece, and may
 * lie anywhere. Everything is in the tables, so that no fault is repaired.
 */
#include "tests/model/model.h"

enum { PAGE_ORDER = 12, NUMBER = 9, HUGE_ORDER = 30, TOP_ORDER = 39, TOP_NUMBER = 8, BYTES = 4096 };

static word_t entries(const struct m_pagetable *table)
{
    return (word_t)1 << table->number_order;
}

static word_t address_of(const struct m_pagetable *table, word_t position)
{
    return table->base + (position << table->size_order);
}

word_t m_pagetable_bytes(bool is_top, word_t size_order, word_t number_order)
{
    if (is_top)
        return size_order == TOP_ORDER && number_order == TOP_NUMBER ? BYTES : 0;
    return (size_order == PAGE_ORDER || size_order == PAGE_ORDER + NUMBER ||
            size_order == HUGE_ORDER) &&
                   number_order == NUMBER
               ? BYTES
               : 0;
}

struct m_object *m_repairable(word_t address, word_t access)
{
    (void)address;
    (void)access;
    return NULL;
}

bool m_repair(word_t address, word_t access)
{
    (void)address;
    (void)access;
    return false;
}

struct m_object *m_page_at(struct m_object *object, word_t address)
{
    struct m_pagetable *table = &object->pagetable;
    word_t position = (address - table->base) >> table->size_order;

    if (position >= entries(table))
        return NULL;
    if (table->page[position])
        return object;
    return table->child[position] != NULL ? m_page_at(table->child[position], address) : NULL;
}

/* ---- Pages ---- */

word_t m_page_flags(const struct m_pagetable *table, word_t position)
{
    return table->page_flags[position];
}

word_t m_page_address(const struct m_pagetable *table, word_t position)
{
    return table->page_address[position];
}

static bool is_free(const struct m_pagetable *table, word_t position)
{
    return !table->page[position] && table->child[position] == NULL;
}

sword_t m_pgt_add(const word_t *w)
{
    struct m_slot *cap[2];
    struct m_pagetable *to, *from;
    enum status status = m_target_and_source(w, cap);

    if (status != STATUS_OK)
        return status;
    to = &cap[0]->object->pagetable;
    from = &cap[1]->object->pagetable;
    if (w[1] >= entries(to) || w[4] >= entries(from) ||
        !m_is_piece(w[5], from->size_order, to->size_order))
        return STATUS_ADDRESS;
    if (!from->page[w[4]])
        return STATUS_MAP;
    if ((w[2] & ~((word_t)from->page_flags[w[4]] | PAGE_STATIC)) != 0)
        return STATUS_PERMISSION;
    if (!is_free(to, w[1]) || (w[2] & PAGE_READ) == 0 || to->size_order > HUGE_ORDER)
        return STATUS_MAP;
    to->page[w[1]] = true;
    to->page_flags[w[1]] = (uint8_t)w[2];
    to->page_address[w[1]] = from->page_address[w[4]] + (w[5] << to->size_order);
    to->pages++;
    return STATUS_OK;
}

sword_t m_pgt_rem(const word_t *w)
{
    struct m_slot *cap;
    struct m_pagetable *table;
    enum status status =
        m_operands((struct m_operand[]){{w[0], M_PAGETABLE, RIGHT_PAGETABLE_REMOVE}}, 1, &cap);

    if (status != STATUS_OK)
        return status;
    table = &cap->object->pagetable;
    if (!m_in_range(cap, w[1]))
        return STATUS_BOUNDS;
    if (w[1] >= entries(table))
        return STATUS_ADDRESS;
    if (!table->page[w[1]])
        return STATUS_MAP;
    table->page[w[1]] = false;
    table->pages--;
    return STATUS_OK;
}

/* ---- Children ---- */

sword_t m_pgt_con(const word_t *w)
{
    struct m_slot *cap[2];
    struct m_object *parent, *child;
    enum status status = m_family(w, RIGHT_PAGETABLE_PARENT_CONSTRUCT, cap);

    if (status != STATUS_OK)
        return status;
    parent = cap[0]->object;
    child = cap[1]->object;
    if (w[1] >= entries(&parent->pagetable) ||
        child->pagetable.size_order + child->pagetable.number_order !=
            parent->pagetable.size_order ||
        child->pagetable.base != address_of(&parent->pagetable, w[1]))
        return STATUS_ADDRESS;
    if (child->pagetable.is_top || !is_free(&parent->pagetable, w[1]))
        return STATUS_MAP;
    parent->pagetable.child[w[1]] = child;
    parent->pagetable.children++;
    m_hold(parent);
    m_hold(child);
    return STATUS_OK;
}

sword_t m_pgt_des(const word_t *w)
{
    struct m_slot *cap[2];
    struct m_object *parent, *child;
    enum status status = m_family(w, RIGHT_PAGETABLE_PARENT_DESTRUCT, cap);

    if (status != STATUS_OK)
        return status;
    parent = cap[0]->object;
    child = cap[1]->object;
    if (w[1] >= entries(&parent->pagetable))
        return STATUS_ADDRESS;
    if (parent->pagetable.child[w[1]] != child)
        return STATUS_MAP;
    parent->pagetable.child[w[1]] = NULL;
    parent->pagetable.children--;
    m_drop(parent);
    m_drop(child);
    child->pagetable.detached = m.flushed = ++m.flush_epoch;
    return STATUS_OK;
}
