/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/ranges.c needs of page tables that an MPU has. Included where CHECK and edge()
 * are known.
 */
#pragma once

enum { POSITION_MAX = 0xFFF, LIST_ENTRIES = 4 };

static rme_pagetable_t make_list(void)
{
    rme_pagetable_t list = rme_pagetable(rme_alloc_slot());

    rme_assert(rme_pagetable_create(own, list.id.raw, memory, rme_alloc_kmem(256), PAGETABLE_TOP,
                                    WORD_BITS, 2) == STATUS_OK);
    return list;
}

/* Pieces of 4 KiB of the user's RAM: a piece fits where its address is that of the target, which is
 * read only, so that a write is refused behind that. */
static void pieces(void)
{
    rme_pagetable_t target = rme_pagetable(rme_alloc_slot()), source;
    const word_t base = LAYOUT_USER_RAM + 0x2000;
    word_t index;

    rme_assert(rme_memory_source(base, 12, &source, &index));
    rme_assert(rme_pagetable_create(own, target.id.raw, memory, rme_alloc_kmem(64), base, 12, 0) ==
               STATUS_OK);
    for (unsigned i = 0; i < EDGES; i++)
        CHECK(rme_pagetable_add(target, 0, PAGE_READ | 1 << 9, source, 0, edge(i)),
              edge(i) == index ? STATUS_PERMISSION : STATUS_ADDRESS, edge(i), index);
    CHECK(rme_pagetable_add(target, 0, PAGE_READ | 1 << 9, source, 0, index), STATUS_PERMISSION,
          index, index);
    for (unsigned shift = 20; shift < 32; shift++)
        CHECK(rme_pagetable_add(target, 0, PAGE_READ, source, 0, index | (word_t)1 << shift),
              STATUS_ADDRESS, shift, index);
    conclude("a piece of a page lies inside it, whatever its index");
}

/* What tables there are: size of an entry, number of entries, alignment. */
static bool is_geometry(uint64_t base, uint64_t size, uint64_t number)
{
    bool is_top = (base & 1) != 0;

    base &= ~(uint64_t)1;
    if (is_top && size == 32)
        return number <= 5 && base == 0;
    if (size < 5 || size > 31 || number > 8 || size + number > 32)
        return false;
    return base % ((uint64_t)1 << (size + number)) == 0;
}

static void geometry(void)
{
    static const word_t bases[] = {0, 1, 2, 32, 33, 0x1000, 0x80000000, 0x80000001, 0xFFFFFFE0};
    static const word_t orders[] = {64, 255, 256, 288, 0x80000005, 0xFFFFFFFF, 0xFFFFFFE0};

    for (word_t size = 0; size < 47; size++)
        for (word_t number = 0; number < 47; number++)
            for (unsigned b = 0; b < 9; b++) {
                word_t s = size < 40 ? size : orders[size - 40];
                word_t n = number < 40 ? number : orders[number - 40];

                CHECK(rme_pagetable_create(own, OUTSIDE, memory, 0, bases[b], s, n),
                      is_geometry(bases[b], s, n) ? STATUS_RANGE : STATUS_HARDWARE, s << 16 | n,
                      bases[b]);
            }
    conclude("every geometry of a page table");
}
