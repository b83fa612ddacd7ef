/* SPDX-License-Identifier: Unlicense
 *
 * Address spaces on an MPU: lists of tables of one page each. Contract: rme/process.h.
 */
#include "rme/process.h"

#include "abi/memory_map.h"
#include "board.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"

static const struct memory_range ranges[] = {
#define RANGE(base, bytes, flags) {base, bytes, flags},
    LAYOUT_RANGES(RANGE)
#undef RANGE
};

/* Upper bounds of kernel objects. */
enum { TOP_BYTES = 128, TABLE_BYTES = 32 };

static const word_t own = BOOT_CAPTABLE;

struct rme_space rme_space_make(word_t order)
{
    struct rme_space space = {rme_pagetable(rme_alloc_slot()), 0};
    word_t memory = rme_alloc_kmem(TOP_BYTES + (sizeof(word_t) << order));

    rme_assert(rme_pagetable_create(rme_captable(own), space.top.id.raw, rme_kmem(BOOT_KMEM),
                                    memory, PAGETABLE_TOP, WORD_BITS, order) == STATUS_OK);
    return space;
}

bool rme_memory_source(word_t base, word_t order, rme_pagetable_t *source, word_t *index)
{
    struct memory_place place;

    if (!memory_find(ranges, sizeof(ranges) / sizeof(ranges[0]), base, &place))
        return false;
    *source = rme_pagetable_in(BOOT_PAGETABLES, place.table);
    *index = (base & (((word_t)1 << place.order) - 1)) >> order;
    return order <= place.order;
}

bool rme_memory_piece(word_t base, word_t order, struct rme_piece *piece)
{
    piece->position = 0;
    return rme_memory_source(base, order, &piece->table, &piece->index);
}

rme_pagetable_t rme_space_add(struct rme_space *space, word_t base, word_t order, word_t flags)
{
    rme_pagetable_t table = rme_pagetable(rme_alloc_slot());
    rme_pagetable_t source;
    word_t index;

    rme_assert(rme_memory_source(base, order, &source, &index));
    rme_assert(rme_pagetable_create(rme_captable(own), table.id.raw, rme_kmem(BOOT_KMEM),
                                    rme_alloc_kmem(TABLE_BYTES), base, order, 0) == STATUS_OK);
    rme_assert(rme_pagetable_add(table, 0, flags, source, 0, index) == STATUS_OK);
    rme_assert(rme_pagetable_construct(space->top, space->used++, table, 0) == STATUS_OK);
    return table;
}

word_t rme_space_position(word_t base, word_t order)
{
    (void)base;
    (void)order;
    return 0;
}

void rme_space_add_image(struct rme_space *space)
{
    enum { IMAGE_ORDER = 15, DATA_ORDER = 14, CONSOLE_ORDER = 10 };
    const word_t code = PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_STATIC;
    const word_t data = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER | PAGE_STATIC;
    const word_t device = PAGE_READ | PAGE_WRITE | PAGE_BUFFER | PAGE_STATIC;

    (void)rme_space_add(space, LAYOUT_USER_IMAGE, IMAGE_ORDER, code);
    (void)rme_space_add(space, LAYOUT_USER_RAM, DATA_ORDER, data);
    (void)rme_space_add(space, BOARD_CONSOLE_BASE, CONSOLE_ORDER, device);
}
