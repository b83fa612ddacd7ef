/* SPDX-License-Identifier: Unlicense
 *
 * Address spaces: CR3. Kernel memory lies in the window at the end of the address space, in which
 * physical addresses differ from virtual ones by a constant; so do the objects that are tables.
 * Contract: arch/include/arch/space.h.
 */
#pragma once

#include "arch/atomic.h"
#include "kernel/compiler.h"
#include "layout.h"
#include "port/mmu.h"
#include "port/offsets.h"

/* Whether CPUID offers pages of 1 GiB (features.c), and the bits that an entry may have: without NX
 * that one is reserved, and what can be read can be executed. Still nobody is granted EXECUTE who
 * had not got it. */
extern bool port_has_huge_pages;
extern word_t port_entry_bits;

/* The window is aligned to its size, and what lies in it is nowhere else. */
static_assert(LAYOUT_KERNEL_WINDOW == 0xFFFFFFFF80000000, "the last 2 GiB");

static inline word_t port_physical(word_t address)
{
    return address ^ LAYOUT_KERNEL_WINDOW; /* an instruction less than the difference */
}

/* memory.c: a page that is not made of another one, which boot alone has. */
word_t port_page(word_t address, word_t size_order, word_t flags);

ALWAYS_INLINE word_t arch_mmu_encode(word_t address, word_t size_order, word_t flags, bool is_piece)
{
    if (flags == 0)
        return mmu_child(port_physical(address));
    return is_piece ? mmu_page_at(address, size_order, flags) & port_entry_bits
                    : port_page(address, size_order, flags);
}

ALWAYS_INLINE word_t arch_mmu_decode(word_t entry, word_t size_order, word_t *flags)
{
    bool is_page = arch_mmu_grants(entry, 0);

    (void)size_order;
    *flags = is_page ? mmu_page_flags(entry) : 0;
    return is_page ? mmu_address(entry) : mmu_address(entry) + LAYOUT_KERNEL_WINDOW;
}

/* memory.c */
word_t arch_mmu_kernel_entry(word_t index);
word_t arch_space_boot(void);

/* In force at once; this ends what is cached of the old space too: no entry is global but the
 * kernel's, and there is no PCID. SDM 4.10.4.1. Two prefixes without effect make the instruction as
 * long as a call, which boot puts there where predictions must not survive (entry.S). */
ALWAYS_INLINE void port_space_switch(word_t physical)
{
    __asm__ volatile("660:\t.byte 0x2E, 0x2E\n\t"
                     "mov %0, %%cr3\n\t"
                     ".pushsection .rodata.patches, \"a\"\n\t"
                     ".long 660b - . + %c1, port_guard_%V0 - .\n\t"
                     ".popsection"
                     :
                     : "r"(physical), "i"(PATCH_GUARD * PATCH_UNIT)
                     : "memory");
}

/* With KPTI the kernel has a space of its own, and every way out loads that of the thread. */
ALWAYS_INLINE void port_space_choose(word_t physical)
{
    __asm__ volatile("660:\tmov %0, %%gs:%c2\n\t"
                     ".pushsection .rodata.patches, \"a\"\n\t"
                     ".long 660b - . + %c1, port_guard_%V0 - .\n\t"
                     ".popsection"
                     :
                     : "r"(physical), "i"(PATCH_GUARD * PATCH_UNIT), "i"(AREA_SPACE)
                     : "memory");
}

ALWAYS_INLINE void arch_space_load(word_t space)
{
    word_t physical = CONFIG_RAW ? space : port_physical(space);

    if (CONFIG_KPTI)
        port_space_choose(physical);
    else
        port_space_switch(physical);
}

static inline void arch_space_flush(void)
{
    word_t space;

    __asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=r"(space) : : "memory");
}

static inline void arch_mmu_forget(word_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}
