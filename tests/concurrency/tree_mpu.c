/* SPDX-License-Identifier: Unlicense
 *
 * Lists, and below them tables of eight pages of 4 KiB, each at its own address, from RAM, the
 * third block of the first process's memory (arch/host/drive.c).
 */
#include "tests/concurrency/tree.h"

#include "tests/concurrency/scenario.h"

enum { RAM = 0x100000, PAGES = 8, TABLE_BYTES = 0x8000 };

void make_top(word_t slot, unsigned piece)
{
    MUST(arch_cpu(0), PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), PAGETABLE_TOP, 12,
         3);
}

void make_parent(word_t slot, unsigned piece)
{
    MUST(arch_cpu(0), PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), PAGETABLE_TOP,
         WORD_BITS, 2);
}

void make_child(word_t slot, unsigned piece, unsigned n)
{
    MUST(arch_cpu(0), PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece),
         RAM + n * TABLE_BYTES, 12, 3);
}

sword_t add_page(struct cpu *cpu, word_t table, unsigned n, word_t position)
{
    return CALL(cpu, PGT_ADD, table, position, PAGE_READ | PAGE_WRITE,
                cap_id_in(BOOT_PAGETABLES, 2).raw, 0, n * PAGES + position);
}

/* A list, or eight pages of 4 KiB. */
sword_t make_any(struct cpu *cpu, word_t slot, word_t offset, word_t choice)
{
    if (choice % 3 == 0)
        return CALL(cpu, PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, offset, PAGETABLE_TOP, WORD_BITS,
                    2);
    return CALL(cpu, PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, offset,
                RAM + choice / 3 % 4 * TABLE_BYTES, 12, 3);
}
