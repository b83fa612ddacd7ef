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
#define MMU_STATIC     ((word_t)1 << 9) /* left to software: PAGE_STATIC */
#define MMU_DATA       ((word_t)1 << 10) /* the same: no EXECUTE, on a processor that cannot say so */
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

/* The memory type is that of entries 0 to 3 of the PAT as a processor starts (SDM 11.12.4): CACHE
 * and BUFFER write-back, CACHE alone write-through, BUFFER alone uncached but for what a range
 * register says, neither strongly uncached. */
static inline word_t mmu_memory_type(word_t flags)
{
    return ((flags & PAGE_CACHE) == 0 ? MMU_PCD : 0) | ((flags & PAGE_BUFFER) == 0 ? MMU_PWT : 0);
}

/* A page of the user. 0: it cannot be: no access goes without reading, and the address has bits
 * that an entry has not. */
static inline word_t mmu_page(word_t address, word_t size_order, word_t flags, bool has_huge)
{
    word_t entry = address | MMU_PRESENT | MMU_USER | MMU_ACCESSED | MMU_DIRTY;

    if ((flags & PAGE_READ) == 0 || (address & ~MMU_ADDRESS) != 0 || size_order > MMU_HUGE_ORDER ||
        (size_order == MMU_HUGE_ORDER && !has_huge))
        return 0;
    if (size_order != ARCH_MMU_PAGE_ORDER)
        entry |= MMU_LARGE;
    if ((flags & PAGE_WRITE) != 0)
        entry |= MMU_WRITE;
    if ((flags & PAGE_EXECUTE) == 0)
        entry |= MMU_NO_EXECUTE;
    if ((flags & PAGE_STATIC) != 0)
        entry |= MMU_STATIC;
    return entry | mmu_memory_type(flags);
}

/* The same for a processor without NX, to which that bit is reserved: what can be read can be
 * executed there, and still nobody is granted EXECUTE who had not got it. */
static inline word_t mmu_without_nx(word_t entry)
{
    return (entry & MMU_NO_EXECUTE) != 0 ? (entry & ~MMU_NO_EXECUTE) | MMU_DATA : entry;
}

/* A table below: what the user may do is said by the pages. */
static inline word_t mmu_child(word_t address)
{
    return address | MMU_PRESENT | MMU_WRITE | MMU_USER | MMU_ACCESSED;
}

static inline bool mmu_is_page(word_t entry, word_t size_order)
{
    return size_order == ARCH_MMU_PAGE_ORDER || (entry & MMU_LARGE) != 0;
}

static inline word_t mmu_address(word_t entry)
{
    return entry & MMU_ADDRESS;
}

static inline word_t mmu_page_flags(word_t entry)
{
    return PAGE_READ | ((entry & MMU_WRITE) != 0 ? (word_t)PAGE_WRITE : 0) |
           ((entry & (MMU_NO_EXECUTE | MMU_DATA)) == 0 ? (word_t)PAGE_EXECUTE : 0) |
           ((entry & MMU_PCD) == 0 ? (word_t)PAGE_CACHE : 0) |
           ((entry & MMU_PWT) == 0 ? (word_t)PAGE_BUFFER : 0) |
           ((entry & MMU_STATIC) != 0 ? (word_t)PAGE_STATIC : 0);
}
