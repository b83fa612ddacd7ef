/* SPDX-License-Identifier: Unlicense
 *
 * The memory of the first process on a machine with an MPU: how a list of ranges becomes page
 * tables. Kernel and first process both compute it, so that neither has to tell the other.
 *
 * Range after range is cut, from its begin, into blocks: up to eight equal pages of a table of
 * eight entries, as many bytes at a time as such a table can hold. Block number i of the whole map
 * is the i-th capability of the table of page tables, and the i-th entry of the top level. To
 * delegate the memory at an address, memory_find tells the table, the position and the size of the
 * page.
 */
#pragma once

#include "abi/calls.h"

struct memory_range {
    word_t base, size; /* multiples of 256 bytes, or of 32 where the flags say STATIC */
    word_t flags;      /* PAGE_READ and so on: all that anybody can ever have */
};

enum { MEMORY_BLOCK_ORDER = 3, MEMORY_BLOCK_PAGES = 1 << MEMORY_BLOCK_ORDER };

/* Pages [first, first + count) of a table; a count of 0 is no block. */
struct memory_block {
    word_t page_order, first, count;
};

/* The block that a range begins with; where two would hold the same, the one of larger pages. */
static inline struct memory_block memory_block(struct memory_range range)
{
    word_t order = (range.flags & PAGE_STATIC) != 0 ? 5 : 8;
    struct memory_block best = {order, 0, 0};

    for (; order <= WORD_BITS - MEMORY_BLOCK_ORDER; order++) {
        word_t first = range.base >> order & (MEMORY_BLOCK_PAGES - 1);
        word_t count = range.size >> order;

        if (count == 0 || (range.base & (((word_t)1 << order) - 1)) != 0)
            break;
        if (count > MEMORY_BLOCK_PAGES - first)
            count = MEMORY_BLOCK_PAGES - first;
        if (count << order >= best.count << best.page_order)
            best = (struct memory_block){order, first, count};
    }
    return best;
}

static inline word_t memory_block_bytes(struct memory_block block)
{
    return block.count << block.page_order;
}

/* What is left of a range behind its first block. */
static inline struct memory_range memory_behind(struct memory_range range,
                                                struct memory_block block)
{
    word_t bytes = memory_block_bytes(block);

    return (struct memory_range){range.base + bytes, range.size - bytes, range.flags};
}

/* Where the page of an address is. */
struct memory_place {
    word_t table, position, page_order;
};

static inline bool memory_find(const struct memory_range *ranges, word_t count, word_t address,
                               struct memory_place *place)
{
    place->table = 0;
    for (word_t i = 0; i < count; i++) {
        struct memory_range rest = ranges[i];

        while (rest.size != 0) {
            struct memory_block block = memory_block(rest);

            if (block.count == 0)
                return false;
            if (address - rest.base < memory_block_bytes(block)) {
                place->page_order = block.page_order;
                place->position = block.first + ((address - rest.base) >> block.page_order);
                return true;
            }
            place->table++;
            rest = memory_behind(rest, block);
        }
    }
    return false;
}
