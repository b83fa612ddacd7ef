/* SPDX-License-Identifier: Unlicense
 *
 * Page-table entries of x86-64 with four levels: Intel SDM volume 3, 4.5 (253668), AMD APM volume
 * 2, 5.3 (24593). Nothing here touches the hardware, so that the host can test it. Addresses are
 * physical; who includes this says how they follow from those of tables. Contract: arch/space.h.
 *
 * A top level is capable of the user's half alone: 256 entries of the 512 that the hardware has.
 */
#pragma once

#include "abi/calls.h"
#include "kernel/compiler.h"

enum {
    ARCH_MMU_LEVELS = 4,
    ARCH_MMU_NUMBER_ORDER = 9,
    ARCH_MMU_TOP_ENTRIES = 512,
    ARCH_PAGETABLE_ALIGN = 4096,

    MMU_TABLE_BYTES = 4096,
    ARCH_MMU_PAGE_ORDER = 12,
    MMU_LARGE_ORDER = 21,
    MMU_HUGE_ORDER = 30,
    MMU_TOP_ORDER = 39,       /* of an entry of the top level */
    MMU_TOP_NUMBER_ORDER = 8, /* of the user's half */
    ARCH_MMU_USER_ORDER = MMU_TOP_ORDER + MMU_TOP_NUMBER_ORDER,
};

/* SDM table 4-15 to 4-20. */
#define MMU_PRESENT    ((word_t)1 << 0)
#define MMU_WRITE      ((word_t)1 << 1)
#define MMU_USER       ((word_t)1 << 2)
#define MMU_PWT        ((word_t)1 << 3)
#define MMU_PCD        ((word_t)1 << 4)
#define MMU_ACCESSED   ((word_t)1 << 5)
#define MMU_DIRTY      ((word_t)1 << 6)
#define MMU_LARGE      ((word_t)1 << 7) /* in a level above the lowest: a page */
#define MMU_GLOBAL     ((word_t)1 << 8)
#define MMU_STATIC     ((word_t)1 << 9)  /* left to software: PAGE_STATIC */
#define MMU_DATA       ((word_t)1 << 10) /* the same: no EXECUTE, also for a processor without NX */
#define MMU_PAGE       ((word_t)1 << 11) /* the same: a page, whatever its size */
#define MMU_NO_EXECUTE ((word_t)1 << 63)
#define MMU_ADDRESS    ((word_t)0x000FFFFFFFFFF000)

/* Bytes of a table, 0 when the hardware has no such table. */
static inline word_t arch_mmu_table_bytes(bool is_top, word_t size_order, word_t number_order)
{
    bool is_lower = size_order == ARCH_MMU_PAGE_ORDER || size_order == MMU_LARGE_ORDER ||
                    size_order == MMU_HUGE_ORDER;

    if (is_top)
        return size_order == MMU_TOP_ORDER && number_order == MMU_TOP_NUMBER_ORDER ? MMU_TABLE_BYTES
                                                                                   : 0;
    return is_lower && number_order == ARCH_MMU_NUMBER_ORDER ? MMU_TABLE_BYTES : 0;
}

/* The flags of a page stand where an entry has its bits, but for EXECUTE and STATIC; what an entry
 * forbids (execution, caching, buffering) is a flag that is not there. Of execution software's bit
 * says it, and the hardware's follows. The memory type is that of
 * entries 0 to 3 of the PAT as a processor starts (SDM 11.12.4): CACHE and BUFFER write-back, CACHE
 * alone write-through, BUFFER alone uncached but for what a range register says, neither strongly
 * uncached. */
#define MMU_FORBIDS (MMU_DATA | MMU_PCD | MMU_PWT)
#define PAGE_PLAIN  ((word_t)(PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER))

static_assert((word_t)PAGE_READ == MMU_PRESENT && (word_t)PAGE_WRITE == MMU_WRITE &&
                  (word_t)PAGE_CACHE == MMU_PCD && (word_t)PAGE_BUFFER == MMU_PWT &&
                  (word_t)PAGE_EXECUTE << 8 == MMU_DATA && MMU_DATA << 53 == MMU_NO_EXECUTE &&
                  (word_t)PAGE_STATIC << 4 == MMU_STATIC,
              "how far each flag is shifted");

/* Access alone, a bit set for each flag; an entry has it as entry ^ MMU_FORBIDS. */
ALWAYS_INLINE word_t mmu_access(word_t flags)
{
    return (flags & PAGE_PLAIN) | (flags & PAGE_EXECUTE) << 8;
}

static inline word_t mmu_page_flags(word_t entry)
{
    word_t access = entry ^ MMU_FORBIDS;

    return (access & PAGE_PLAIN) | (access & MMU_DATA) >> 8 | (access & MMU_STATIC) >> 4;
}

/* Whether an entry, or 0, is a page that has all access that flags name, and there are such flags.
 */
ALWAYS_INLINE bool arch_mmu_grants(word_t entry, word_t flags)
{
    return (entry & MMU_PAGE) != 0 && flags <= PAGE_FLAGS_ALL &&
           (mmu_access(flags) & ~(entry ^ MMU_FORBIDS)) == 0;
}

/* A page of the user at an address that an entry can hold. 0: no access goes without reading. */
ALWAYS_INLINE word_t mmu_page_at(word_t address, word_t size_order, word_t flags)
{
    word_t bits = (mmu_access(flags) ^ MMU_FORBIDS) | (flags & PAGE_STATIC) << 4;
    word_t is_data = bits / MMU_DATA;

    if ((flags & PAGE_READ) == 0)
        return 0;
    if (size_order != ARCH_MMU_PAGE_ORDER)
        bits |= MMU_LARGE;
    OPAQUE(is_data); /* else a mask is made of it, two instructions more */
    return address | is_data * MMU_NO_EXECUTE | bits | MMU_USER | MMU_ACCESSED | MMU_DIRTY |
           MMU_PAGE;
}

/* A page of the user. 0: it cannot be. */
static inline word_t mmu_page(word_t address, word_t size_order, word_t flags, bool has_huge)
{
    if ((address & ~MMU_ADDRESS) != 0 || size_order > MMU_HUGE_ORDER ||
        (size_order == MMU_HUGE_ORDER && !has_huge))
        return 0;
    return mmu_page_at(address, size_order, flags);
}

/* The same for a processor without NX, to which that bit is reserved: what can be read can be
 * executed there, and still nobody is granted EXECUTE who had not got it. */
static inline word_t mmu_without_nx(word_t entry)
{
    return entry & ~MMU_NO_EXECUTE;
}

/* A table below: what the user may do is said by the pages. */
static inline word_t mmu_child(word_t address)
{
    return address | MMU_PRESENT | MMU_WRITE | MMU_USER | MMU_ACCESSED;
}

static inline word_t mmu_address(word_t entry)
{
    return entry & MMU_ADDRESS;
}
