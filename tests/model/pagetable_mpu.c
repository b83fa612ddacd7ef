/* SPDX-License-Identifier: Unlicense
 *
 * Page tables on a machine with an MPU: a table that holds pages is one region of at most eight
 * equal parts; tables form trees below top levels; a list is a top level whose children lie
 * anywhere. Static tables are always in the image; dynamic ones come in by a fault, in turn, and
 * four regions are kept for them as soon as there is one.
 */
#include "tests/model/model.h"

#include <string.h>

enum {
    ORDER_MIN = 5,
    DYNAMIC_ORDER_MIN = 8,
    SPLIT_ORDER_MIN = 8, /* of a region whose parts can be switched off */
    NUMBER_MAX = 8,
    LIST_NUMBER_MAX = 5,
    PAGES_NUMBER_MAX = 3,
};

static bool is_list(const struct m_pagetable *table)
{
    return table->size_order == WORD_BITS;
}

static word_t entries(const struct m_pagetable *table)
{
    return (word_t)1 << table->number_order;
}

static word_t address_of(const struct m_pagetable *table, word_t position)
{
    return is_list(table) ? table->base : table->base + (position << table->size_order);
}

word_t m_pagetable_bytes(bool is_top, word_t size_order, word_t number_order)
{
    word_t header = is_top ? m.machine.top_bytes : m.machine.table_bytes;
    bool fits = size_order >= ORDER_MIN && size_order < WORD_BITS && number_order <= NUMBER_MAX &&
                size_order + number_order <= WORD_BITS;
    bool fits_list = is_top && size_order == WORD_BITS && number_order <= LIST_NUMBER_MAX;

    return fits || fits_list ? header + (sizeof(word_t) << number_order) : 0;
}

/* ---- The tree and its image ---- */

struct m_object *m_pagetable_top(struct m_object *table)
{
    while (table->pagetable.parent != NULL)
        table = table->pagetable.parent;
    return table->pagetable.is_top ? table : NULL;
}

static bool is_static(const struct m_pagetable *table)
{
    return (table->flags & PAGE_STATIC) != 0;
}

/* Whether one more table with such pages fits. */
static bool has_room(const struct m_object *top, word_t flags)
{
    unsigned statics = top->pagetable.statics, dynamics = top->pagetable.dynamics;

    if ((flags & PAGE_STATIC) != 0)
        statics++;
    else
        dynamics++;
    return statics <= (dynamics != 0 ? M_REGIONS - M_KEPT : M_REGIONS);
}

/* Regions are given in turn, past those that show static tables. */
static void show(struct m_pagetable *top, struct m_object *table)
{
    do {
        top->turn = (top->turn + 1) % M_REGIONS;
    } while (top->region[top->turn] != NULL && is_static(&top->region[top->turn]->pagetable));
    top->region[top->turn] = table;
}

static bool is_shown(const struct m_pagetable *top, const struct m_object *table)
{
    for (unsigned i = 0; i < M_REGIONS; i++)
        if (top->region[i] == table)
            return true;
    return false;
}

void m_enter_tree(struct m_object *top, struct m_object *table)
{
    if (top == NULL || table->pagetable.pages == 0)
        return;
    if (is_static(&table->pagetable)) {
        top->pagetable.statics++;
        show(&top->pagetable, table);
    } else {
        top->pagetable.dynamics++;
    }
}

static void leave_tree(struct m_object *top, const struct m_object *table)
{
    if (top == NULL || table->pagetable.pages == 0)
        return;
    if (is_static(&table->pagetable))
        top->pagetable.statics--;
    else
        top->pagetable.dynamics--;
    for (unsigned i = 0; i < M_REGIONS; i++)
        if (top->pagetable.region[i] == table)
            top->pagetable.region[i] = NULL;
}

static bool covers(const struct m_pagetable *table, word_t address)
{
    word_t order = table->size_order + table->number_order;
    word_t offset = address - table->base;

    return order >= WORD_BITS || offset >> order == 0;
}

struct m_object *m_page_at(struct m_object *object, word_t address)
{
    struct m_pagetable *table = &object->pagetable;

    if (!is_list(table)) {
        word_t position = (address - table->base) >> table->size_order;

        if (!covers(table, address))
            return NULL;
        if (table->page[position])
            return object;
        return table->child[position] != NULL ? m_page_at(table->child[position], address) : NULL;
    }
    for (word_t i = 0; i < entries(table); i++)
        if (table->child[i] != NULL && covers(&table->child[i]->pagetable, address))
            return m_page_at(table->child[i], address);
    return NULL;
}

struct m_object *m_repairable(word_t address, word_t access)
{
    struct m_object *table;

    if (CONFIG_RAW || access == 0)
        return NULL;
    table = m_page_at(m.loaded, address);
    if (table == NULL || (table->pagetable.flags & access) != access ||
        is_static(&table->pagetable) || is_shown(&m.loaded->pagetable, table))
        return NULL;
    return table;
}

bool m_repair(word_t address, word_t access)
{
    struct m_object *table = m_repairable(address, access);

    if (table == NULL)
        return false;
    show(&m.loaded->pagetable, table);
    return true;
}

/* ---- Pages ---- */

word_t m_page_flags(const struct m_pagetable *table, word_t position)
{
    (void)position;
    return table->flags;
}

word_t m_page_address(const struct m_pagetable *table, word_t position)
{
    return address_of(table, position);
}

/* Whether the piece `index` of the source page is what belongs at the position. */
static bool suits(const struct m_pagetable *to, word_t position, const struct m_pagetable *from,
                  word_t source_position, word_t index)
{
    word_t spread;

    if (position >= entries(to) || source_position >= entries(from) ||
        to->size_order > from->size_order || is_list(to)) /* no page is the whole memory */
        return false;
    spread = from->size_order - to->size_order;
    if (index >> spread != 0)
        return false;
    return address_of(from, source_position) + (index << to->size_order) ==
           address_of(to, position);
}

/* Whether the hardware can hold a page there. */
static bool can_hold(struct m_object *object, word_t position, word_t flags)
{
    const struct m_pagetable *table = &object->pagetable;
    const struct m_object *top = m_pagetable_top(object);

    if (table->page[position] || table->child[position] != NULL)
        return false;
    if (table->number_order > PAGES_NUMBER_MAX || (flags & PAGE_READ) == 0)
        return false;
    if ((flags & PAGE_STATIC) == 0 && table->size_order < DYNAMIC_ORDER_MIN)
        return false;
    if (table->number_order != 0 && table->size_order + table->number_order < SPLIT_ORDER_MIN)
        return false;
    if (table->pages != 0)
        return table->flags == flags;
    return top == NULL || has_room(top, flags);
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
    if (!suits(to, w[1], from, w[4], w[5]))
        return STATUS_ADDRESS;
    if (!from->page[w[4]])
        return STATUS_MAP;
    if ((w[2] & ~(from->flags | PAGE_STATIC)) != 0)
        return STATUS_PERMISSION;
    if (!can_hold(cap[0]->object, w[1], w[2]))
        return STATUS_MAP;
    to->flags = w[2];
    to->page[w[1]] = true;
    if (to->pages++ == 0)
        m_enter_tree(m_pagetable_top(cap[0]->object), cap[0]->object);
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
    if (table->pages == 1)
        leave_tree(m_pagetable_top(cap->object), cap->object);
    table->page[w[1]] = false;
    table->pages--;
    return STATUS_OK;
}

/* ---- Children ---- */

static bool fits(const struct m_pagetable *parent, word_t position, const struct m_pagetable *child)
{
    word_t order = child->size_order + child->number_order;

    if (is_list(parent))
        return true;
    return order <= parent->size_order &&
           (child->base - address_of(parent, position)) >> parent->size_order == 0;
}

static bool overlap(const struct m_pagetable *a, const struct m_pagetable *b)
{
    return covers(a, b->base) || covers(b, a->base);
}

static unsigned depth_of(const struct m_object *table)
{
    unsigned depth = 0;

    for (; table->pagetable.parent != NULL; table = table->pagetable.parent)
        depth++;
    return depth;
}

static bool can_attach(struct m_object *parent, word_t position, struct m_object *child)
{
    const struct m_pagetable *table = &parent->pagetable;
    struct m_object *top = m_pagetable_top(parent);

    if (top == NULL || child->pagetable.is_top || child->pagetable.parent != NULL ||
        table->page[position] || table->child[position] != NULL ||
        depth_of(parent) >= M_LINEAGE - 1)
        return false;
    for (word_t i = 0; is_list(table) && i < entries(table); i++)
        if (table->child[i] != NULL && overlap(&table->child[i]->pagetable, &child->pagetable))
            return false;
    return child->pagetable.pages == 0 || has_room(top, child->pagetable.flags);
}

sword_t m_pgt_con(const word_t *w)
{
    struct m_slot *cap[2];
    struct m_object *parent, *child;
    enum status status = m_family(w, RIGHT_PAGETABLE_PARENT_CONSTRUCT, cap);

    if (status != STATUS_OK)
        return status;
    parent = cap[0]->object;
    child = cap[1]->object;
    if (w[1] >= entries(&parent->pagetable) || !fits(&parent->pagetable, w[1], &child->pagetable))
        return STATUS_ADDRESS;
    if (!can_attach(parent, w[1], child))
        return STATUS_MAP;
    parent->pagetable.child[w[1]] = child;
    parent->pagetable.children++;
    child->pagetable.parent = parent;
    child->pagetable.position = w[1];
    m_hold(parent);
    m_hold(child);
    m_enter_tree(m_pagetable_top(child), child);
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
    if (parent->pagetable.child[w[1]] != child || child->pagetable.children != 0)
        return STATUS_MAP;
    leave_tree(m_pagetable_top(child), child);
    parent->pagetable.child[w[1]] = NULL;
    parent->pagetable.children--;
    child->pagetable.parent = NULL;
    m_drop(parent);
    m_drop(child);
    child->pagetable.detached = m.flushed = ++m.flush_epoch;
    return STATUS_OK;
}
