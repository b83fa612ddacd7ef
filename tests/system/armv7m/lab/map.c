/* SPDX-License-Identifier: Unlicense */
#include "test/map.h"

#include "layout.h"
#include "rme/alloc.h"
#include "rme/assert.h"

enum { IMAGE_ORDER = 15, DATA_ORDER = 14, PLACE_BYTES = 64 };

void lab_space_add_image(struct rme_space *space)
{
    (void)rme_space_add(space, LAYOUT_USER_IMAGE, IMAGE_ORDER,
                        PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_STATIC);
    (void)rme_space_add(space, LAYOUT_USER_RAM, DATA_ORDER,
                        PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER | PAGE_STATIC);
}

word_t lab_window(void)
{
    const word_t behind = LAYOUT_USER_RAM + (1u << DATA_ORDER);

    return (behind + LAB_WINDOW_BYTES - 1) & ~(word_t)(LAB_WINDOW_BYTES - 1);
}

/* Slot and kernel memory of each place, which are used again and again. */
static struct {
    rme_pagetable_t table;
    word_t memory;
} places[LAB_PLACES];

rme_pagetable_t lab_table(unsigned place, const struct lab_map *map)
{
    rme_pagetable_t table, source;
    word_t index;

    if (places[place].memory == 0) {
        places[place].table = rme_pagetable(rme_alloc_slot());
        places[place].memory = rme_alloc_kmem(PLACE_BYTES);
    }
    table = places[place].table;
    rme_assert(rme_pagetable_create(lab_own, table.id.raw, lab_memory, places[place].memory,
                                    map->base, map->size_order, map->number_order) == STATUS_OK);
    for (word_t i = 0; i < (word_t)1 << map->number_order; i++) {
        if ((map->pages >> i & 1) == 0)
            continue;
        rme_assert(rme_memory_source(map->base + (i << map->size_order), map->size_order, &source,
                                     &index));
        rme_assert(rme_pagetable_add(table, i, map->flags, source, 0, index) == STATUS_OK);
    }
    return table;
}

void lab_table_remove(unsigned place)
{
    word_t slot = places[place].table.id.raw;

    rme_assert(rme_captable_freeze(lab_own, slot) == STATUS_OK);
    rme_assert(rme_pagetable_delete(lab_own, slot) == STATUS_OK);
}

rme_pagetable_t lab_attach(const struct lab_subject *subject, unsigned place,
                           const struct lab_map *map)
{
    rme_pagetable_t table = lab_table(place, map);

    rme_assert(rme_pagetable_construct(subject->list, subject->used + place, table, 0) ==
               STATUS_OK);
    return table;
}

rme_pagetable_t lab_attached(unsigned place)
{
    return places[place].table;
}

void lab_detach(const struct lab_subject *subject, unsigned place)
{
    rme_assert(rme_pagetable_destruct(subject->list, subject->used + place, places[place].table) ==
               STATUS_OK);
    lab_table_remove(place);
}

/* ---- Pages ---- */

enum { PAGE_ORDER = 12 };

word_t lab_page(unsigned i)
{
    return lab_window() + ((word_t)i << PAGE_ORDER);
}

void lab_map_page(const struct lab_subject *subject, unsigned place, word_t address, word_t flags)
{
    const struct lab_map map = {address, PAGE_ORDER, 0, 1, flags | PAGE_STATIC};

    (void)lab_attach(subject, place, &map);
}

void lab_unmap_page(const struct lab_subject *subject, unsigned place)
{
    lab_detach(subject, place);
}
