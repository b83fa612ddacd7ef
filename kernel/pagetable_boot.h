/* SPDX-License-Identifier: Unlicense
 *
 * What the page tables of the first process take on every machine: no range may touch the kernel's
 * own memory, and each table lies behind the last. Used by pagetable_boot.c (MPU) and
 * pagetable_boot_mmu.c.
 */
#pragma once

#include "arch/space.h"
#include "kernel/kmem.h"
#include "kernel/pagetable.h"

static inline bool is_legal(struct memory_range range)
{
    return range.size != 0 && range.size - 1 <= ~range.base;
}

/* Neither range wraps, and neither is empty. */
static inline bool overlap(struct memory_range a, struct memory_range b)
{
    return a.base - b.base < b.size || b.base - a.base < a.size;
}

static inline bool is_allowed(const struct pagetable_boot *boot, struct memory_range range)
{
    if (!is_legal(range))
        return false;
    for (word_t i = 0; i < boot->reserved_count; i++)
        if (boot->reserved[i].size != 0 && overlap(range, boot->reserved[i]))
            return false;
    return true;
}
