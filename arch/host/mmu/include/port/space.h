/* SPDX-License-Identifier: Unlicense
 *
 * An MMU for each CPU: the page tables of x86-64, over physical addresses that are those of this
 * process, and the translations that a CPU has kept. Contract: arch/include/arch/space.h.
 */
#pragma once

#include "arch/atomic.h"
#include "arch/x86_64/include/port/mmu.h"

enum { HOST_KMEM_BYTES = 256 * 1024, HOST_TRANSLATIONS = 32 };

/* What the hardware of a CPU keeps of the tables that it has walked: it may, so it does. */
struct host_space {
    struct {
        word_t address; /* of the page */
        word_t entry, order;
    } kept[HOST_TRANSLATIONS];
    unsigned count;
};

static inline word_t arch_mmu_encode(word_t address, word_t size_order, word_t flags, bool is_piece)
{
    if (flags == 0)
        return mmu_child(address);
    return is_piece ? mmu_page_at(address, size_order, flags)
                    : mmu_page(address, size_order, flags, true);
}

static inline word_t arch_mmu_decode(word_t entry, word_t size_order, word_t *flags)
{
    (void)size_order;
    *flags = arch_mmu_grants(entry, 0) ? mmu_page_flags(entry) : 0;
    return mmu_address(entry);
}

word_t arch_mmu_kernel_entry(word_t index);
word_t arch_space_boot(void);
void arch_space_load(word_t space);
void arch_space_flush(void);
void arch_mmu_forget(word_t address);

/* What user code on the running CPU sees at an address: the entry of its page, or 0; from what the
 * CPU has kept, else by a walk, which it keeps. */
word_t host_translate(word_t address);
