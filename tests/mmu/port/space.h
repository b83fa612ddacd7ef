/* SPDX-License-Identifier: Unlicense
 *
 * The entries of x86-64 over a machine whose physical addresses are those of this process.
 */
#pragma once

#include "arch/atomic.h"
#include "arch/x86_64/include/port/mmu.h"

void arch_space_flush(void);
void arch_mmu_forget(word_t address);
word_t arch_mmu_kernel_entry(word_t index);

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
