/* SPDX-License-Identifier: Unlicense
 *
 * The largest page tables of an x86-64, for tests/system/limits.c: all of them are a page; a full
 * top level. Included where that has its far table.
 */
#pragma once

enum { TOP_ENTRIES = 256, TABLE_BYTES = 4096 };

/* One table at each place of a top level cannot be: each has one base. That of the last place, and
 * of the first that the image leaves free. */
static void full_top(const struct rme_space *space)
{
    static const word_t places[] = {1, TOP_ENTRIES - 1};

    for (unsigned i = 0; i < 2; i++) {
        word_t slot = far_used++;
        rme_pagetable_t table = rme_pagetable(far_id(slot));

        tap_check(rme_pagetable_create(far, slot, kmem,
                                       rme_alloc_kmem_aligned(TABLE_BYTES, TABLE_BYTES),
                                       places[i] << 39, 30, 9) == STATUS_OK &&
                      rme_pagetable_construct(space->top, places[i], table, 0) == STATUS_OK,
                  "tables at both ends of a top level");
        tap_check(rme_pagetable_construct(space->top, TOP_ENTRIES, table, 0) == STATUS_ADDRESS,
                  "and none behind");
    }
}

static void page_tables(void)
{
    word_t slot = rme_alloc_slot();
    struct rme_space space = rme_space_make(0);

    tap_check(rme_pagetable_create(own, slot, kmem,
                                   rme_alloc_kmem_aligned(TABLE_BYTES, TABLE_BYTES), PAGETABLE_TOP,
                                   39, 8) == STATUS_OK,
              "a page table of the largest size");
    (void)rme_captable_freeze(own, slot);
    tap_check(rme_pagetable_delete(own, slot) == STATUS_OK, "is deleted");
    rme_space_add_image(&space);
    full_top(&space);
    list_process = rme_process_make(own, &space);
}
