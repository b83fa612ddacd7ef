/* SPDX-License-Identifier: Unlicense
 *
 * What tests/system/ranges.c needs of page tables of x86-64. Included where CHECK and edge() are
 * known.
 */
#pragma once

enum { POSITION_MAX = 0xFFFFFFF, LIST_ENTRIES = 256, TABLE_BYTES = 4096 };

static rme_pagetable_t make_table(word_t base, word_t size_order, word_t number_order)
{
    rme_pagetable_t table = rme_pagetable(rme_alloc_slot());

    rme_assert(rme_pagetable_create(own, table.id.raw, memory,
                                    rme_alloc_kmem_aligned(TABLE_BYTES, TABLE_BYTES), base,
                                    size_order, number_order) == STATUS_OK);
    return table;
}

static rme_pagetable_t make_list(void)
{
    return make_table(PAGETABLE_TOP, 39, 8);
}

/* Pieces of 4 KiB, of a page of 4 KiB and of one of 2 MiB: what lies inside it fits, and is refused
 * behind that for a write to a page that may be read only. */
static void pieces(void)
{
    rme_pagetable_t target = make_table(0, 12, 9), small = make_table(0, 12, 9), large;
    struct rme_piece piece;

    rme_assert(rme_memory_piece(LAYOUT_USER_RAM, 12, &piece));
    rme_assert(rme_pagetable_add(small, 0, PAGE_READ, piece.table, piece.position, piece.index) ==
               STATUS_OK);
    large = make_table((word_t)1 << 30, 21, 9);
    rme_assert(rme_memory_piece((LAYOUT_USER_RAM + 0x3FFFFF) >> 21 << 21, 21, &piece));
    rme_assert(rme_pagetable_add(large, 0, PAGE_READ, piece.table, piece.position, piece.index) ==
               STATUS_OK);
    for (unsigned i = 0; i < EDGES; i++) {
        CHECK(rme_pagetable_add(target, 0, PAGE_READ | PAGE_WRITE, small, 0, edge(i)),
              edge(i) == 0 ? STATUS_PERMISSION : STATUS_ADDRESS, edge(i), 12);
        CHECK(rme_pagetable_add(target, 0, PAGE_READ | PAGE_WRITE, large, 0, edge(i)),
              edge(i) < 512 ? STATUS_PERMISSION : STATUS_ADDRESS, edge(i), 21);
    }
    conclude("a piece of a page lies inside it, whatever its index");
}

/* What tables there are: size of an entry, number of entries, alignment. SDM volume 3, 4.5. */
static bool is_geometry(word_t base, word_t size, word_t number)
{
    if ((base & 1) != 0)
        return size == 39 && number == 8 && (base & ~(word_t)1) % ((word_t)1 << 47) == 0;
    return (size == 12 || size == 21 || size == 30) && number == 9 &&
           base % ((word_t)1 << (size + 9)) == 0;
}

static void geometry(void)
{
    static const word_t bases[] = {
        0,
        1,
        2,
        0x1000,
        0x200000,
        (word_t)1 << 30,
        (word_t)1 << 39,
        0x80000001,
        ((word_t)1 << 47) - ((word_t)1 << 21),
        ~(word_t)0xFFFFF,
    };
    static const word_t orders[] = {64, 255, 256, 268, 0x100000009, ~(word_t)0, ~(word_t)0x1F};

    for (word_t size = 0; size < 47; size++)
        for (word_t number = 0; number < 47; number++)
            for (unsigned b = 0; b < sizeof(bases) / sizeof(bases[0]); b++) {
                word_t s = size < 40 ? size : orders[size - 40];
                word_t n = number < 40 ? number : orders[number - 40];

                CHECK(rme_pagetable_create(own, OUTSIDE, memory, 0, bases[b], s, n),
                      is_geometry(bases[b], s, n) ? STATUS_RANGE : STATUS_HARDWARE, s << 16 | n,
                      bases[b]);
            }
    conclude("every geometry of a page table");
}
