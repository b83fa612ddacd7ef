/* SPDX-License-Identifier: Unlicense
 *
 * Tables of 2 MiB places and of 4 KiB pages, at the begin of the address space. Pages come from the
 * table of boot that has them, the third, in which 0x100000 is at position 0x100.
 */
#include "tests/concurrency/tree.h"

#include "kernel/pagetable.h"
#include "tests/concurrency/scenario.h"

enum { LOW = ARCH_MMU_PAGE_ORDER, NUMBER = ARCH_MMU_NUMBER_ORDER, SOURCE = 0x100 };

static sword_t create(struct cpu *cpu, word_t slot, word_t offset, word_t base, word_t order)
{
    return CALL(cpu, PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, offset, base, order,
                (base & PAGETABLE_TOP) != 0 ? MMU_TOP_NUMBER_ORDER : NUMBER);
}

void make_top(word_t slot, unsigned piece)
{
    must(create(arch_cpu(0), slot, memory_at(piece), PAGETABLE_TOP, MMU_TOP_ORDER), "PGT_CRT");
}

void make_parent(word_t slot, unsigned piece)
{
    must(create(arch_cpu(0), slot, memory_at(piece), 0, MMU_LARGE_ORDER), "PGT_CRT");
}

void make_child(word_t slot, unsigned piece, unsigned n)
{
    must(create(arch_cpu(0), slot, memory_at(piece), (word_t)n << MMU_LARGE_ORDER, LOW), "PGT_CRT");
}

sword_t add_page(struct cpu *cpu, word_t table, unsigned n, word_t position)
{
    return CALL(cpu, PGT_ADD, table, position, PAGE_READ | PAGE_WRITE,
                cap_id_in(BOOT_PAGETABLES, 2).raw, SOURCE + 8 * n + position, 0);
}

sword_t make_any(struct cpu *cpu, word_t slot, word_t offset, word_t choice)
{
    word_t level = choice % 4;

    if (level == 3)
        return create(cpu, slot, offset, PAGETABLE_TOP, MMU_TOP_ORDER);
    return create(cpu, slot, offset, level == 0 ? choice / 4 % 4 << MMU_LARGE_ORDER : 0,
                  LOW + level * NUMBER);
}
