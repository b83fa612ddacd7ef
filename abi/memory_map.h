/* SPDX-License-Identifier: Unlicense
 *
 * The memory of the first process on a machine with an MPU: how a list of ranges becomes page
 * tables. Kernel and first process both compute it, so that neither has to tell the other.
 *
 * Range after range is cut, from its begin, into the largest blocks of a power of two that are
 * aligned to their size. Each block is the only page, at position 0, of a table of its own. Block i
 * of the whole map is the i-th capability of the table of page tables, and the i-th entry of the
 * top level. To delegate the memory at an address: memory_find, then PGT_ADD from position 0.
 *
 * The first MEMORY_PINNED_MAX blocks of static ranges are static pages, where stacks may lie; what
 * is beyond is dynamic.
 */
#pragma once

#include "abi/calls.h"

struct memory_range {
    word_t base, size; /* multiples of 256 bytes, or of 32 where the flags say STATIC */
    word_t flags;      /* PAGE_READ and so on: all that anybody can ever have */
};

enum { MEMORY_PINNED_MAX = 4 };

/* Order of the block that a range begins with; 0 when it does not begin with a page. */
static inline word_t memory_block_order(struct memory_range range)
{
    word_t order = (range.flags & PAGE_STATIC) != 0 ? 5 : 8;

    if (range.size >> order == 0 || (range.base & (((word_t)1 << order) - 1)) != 0)
        return 0;
    while ((range.base >> order & 1) == 0 && range.size >> order > 1)
        order++;
    return order;
}

/* What is left of a range behind its first block. */
static inline struct memory_range memory_behind(struct memory_range range, word_t order)
{
    word_t bytes = (word_t)1 << order;

    return (struct memory_range){range.base + bytes, range.size - bytes, range.flags};
}

/* The block of an address: index of its table, and the order of its page. */
struct memory_place {
    word_t table, order;
};

static inline bool memory_find(const struct memory_range *ranges, word_t count, word_t address,
                               struct memory_place *place)
{
    place->table = 0;
    for (word_t i = 0; i < count; i++) {
        struct memory_range rest = ranges[i];

        while ((place->order = memory_block_order(rest)) != 0) {
            if ((address - rest.base) >> place->order == 0)
                return true;
            place->table++;
            rest = memory_behind(rest, place->order);
        }
    }
    return false;
}
