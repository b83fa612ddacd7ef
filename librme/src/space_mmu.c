/* SPDX-License-Identifier: Unlicense
 *
 * Address spaces with an MMU: top levels, and below them tables of 2^9 entries, made as they are
 * needed, which this file keeps account of. Their capabilities are in tables of their own, because
 * there are many. Contract: rme/process.h.
 */
#include "rme/process.h"

#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"
#include "rme/boot.h"

enum {
    PAGE_ORDER = 12,
    NUMBER_ORDER = 9,
    TOP_ORDER = 39,
    TOP_NUMBER_ORDER = 8,
    TABLE_BYTES = 4096,
    CAPABILITIES = 64, /* in each table of capabilities */
    TABLES = 16 * CAPABILITIES,
};

static const word_t own = BOOT_CAPTABLE;

/* The tables below each top level. */
static struct {
    word_t top, base, size_order;
} tables[TABLES];
static unsigned tables_used;
static rme_captable_t captables[TABLES / CAPABILITIES];

static const struct boot_page *boot_page(void)
{
    const struct boot_page *page = rme_boot_page();

    rme_assert(page != NULL);
    return page;
}

/* The smallest pages that hold the address are those of the lowest table there. */
bool rme_memory_piece(word_t base, word_t order, struct rme_piece *piece)
{
    const struct boot_page *page = boot_page();
    word_t best = TOP_ORDER;

    for (word_t i = 0; i < page->tables; i++) {
        word_t size_order = page->table[i].size_order;
        word_t offset = base - page->table[i].base;

        if (offset >> size_order >> NUMBER_ORDER != 0 || size_order >= best)
            continue;
        best = size_order;
        piece->table = rme_pagetable_in(BOOT_PAGETABLES, i);
        piece->position = offset >> size_order;
        piece->index = (offset & (((word_t)1 << size_order) - 1)) >> order;
    }
    return order <= best && best < TOP_ORDER;
}

struct rme_space rme_space_make(word_t order)
{
    struct rme_space space = {rme_pagetable(rme_alloc_slot()), 0};
    word_t memory = rme_alloc_kmem_aligned(TABLE_BYTES, TABLE_BYTES);

    (void)order;
    rme_assert(rme_pagetable_create(rme_captable(own), space.top.id.raw, rme_kmem(BOOT_KMEM),
                                    memory, PAGETABLE_TOP, TOP_ORDER,
                                    TOP_NUMBER_ORDER) == STATUS_OK);
    return space;
}

static rme_pagetable_t table_at(unsigned i)
{
    return rme_pagetable_in(captables[i / CAPABILITIES].id.raw, i % CAPABILITIES);
}

static rme_pagetable_t make_table(const struct rme_space *space, word_t base, word_t size_order)
{
    unsigned i = tables_used++;
    rme_captable_t *captable = &captables[i / CAPABILITIES];
    word_t memory = rme_alloc_kmem_aligned(TABLE_BYTES, TABLE_BYTES);

    rme_assert(i < TABLES);
    if (i % CAPABILITIES == 0)
        *captable = rme_captable_make(CAPABILITIES);
    tables[i].top = space->top.id.raw;
    tables[i].base = base;
    tables[i].size_order = size_order;
    rme_assert(rme_pagetable_create(*captable, i % CAPABILITIES, rme_kmem(BOOT_KMEM), memory, base,
                                    size_order, NUMBER_ORDER) == STATUS_OK);
    return table_at(i);
}

/* The table of an address whose entries have 2^size_order bytes. */
static rme_pagetable_t table_of(const struct rme_space *space, word_t address, word_t size_order)
{
    word_t order = size_order + NUMBER_ORDER;
    word_t base = address >> order << order;
    rme_pagetable_t parent, table;

    if (size_order == TOP_ORDER)
        return space->top;
    for (unsigned i = 0; i < tables_used; i++)
        if (tables[i].top == space->top.id.raw && tables[i].base == base &&
            tables[i].size_order == size_order)
            return table_at(i);
    parent = table_of(space, address, order);
    table = make_table(space, base, size_order);
    rme_assert(rme_pagetable_construct(parent, base >> order & (((word_t)1 << NUMBER_ORDER) - 1),
                                       table, 0) == STATUS_OK);
    return table;
}

word_t rme_space_position(word_t base, word_t order)
{
    (void)order;
    return base >> PAGE_ORDER & (((word_t)1 << NUMBER_ORDER) - 1);
}

rme_pagetable_t rme_space_add(struct rme_space *space, word_t base, word_t order, word_t flags)
{
    word_t end = base + ((word_t)1 << order);

    for (word_t address = base; address < end; address += (word_t)1 << PAGE_ORDER) {
        struct rme_piece piece;

        rme_assert(rme_memory_piece(address, PAGE_ORDER, &piece));
        rme_assert(rme_pagetable_add(table_of(space, address, PAGE_ORDER),
                                     rme_space_position(address, PAGE_ORDER), flags, piece.table,
                                     piece.position, piece.index) == STATUS_OK);
    }
    return table_of(space, base, PAGE_ORDER);
}

/* From the linker script. */
extern char user_image_end[], user_bss_end[];

static void add_range(struct rme_space *space, word_t base, const char *end, word_t flags)
{
    for (; base < (word_t)end; base += (word_t)1 << PAGE_ORDER)
        (void)rme_space_add(space, base, PAGE_ORDER, flags);
}

/* No console: the I/O space is reached by a capability. */
void rme_space_add_image(struct rme_space *space)
{
    add_range(space, LAYOUT_USER_IMAGE, user_image_end,
              PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_BUFFER);
    add_range(space, LAYOUT_USER_RAM, user_bss_end,
              PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER);
}
