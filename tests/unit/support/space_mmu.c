/* SPDX-License-Identifier: Unlicense
 *
 * Top levels on a machine with an MMU, which have no version.
 */
#include "kernel/pagetable.h"
#include "tests/rights/rights.h"
#include "tests/unit/support/world.h"

#include <stdlib.h>

word_t world_top(void)
{
    word_t slot = world_slot(), memory = world_memory(2 * ARCH_PAGETABLE_ALIGN);

    memory = (memory + ARCH_PAGETABLE_ALIGN - 1) & ~(PAGETABLE_ALIGN - 1);
    if (CALL(PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, PAGETABLE_TOP, MMU_TOP_ORDER,
             MMU_TOP_NUMBER_ORDER) != STATUS_OK)
        abort();
    return slot;
}

void world_ignore_version(word_t top)
{
    (void)top;
}

/* The tables of boot: that below the top, the next, and that of the smallest pages. */
enum { SMALLEST = 2, PAGE_ORDER = ARCH_MMU_PAGE_ORDER };

const struct world_tables world_tables = {
    .top_size = MMU_TOP_ORDER,
    .top_number = MMU_TOP_NUMBER_ORDER,
    .base = 0,
    .size = PAGE_ORDER,
    .number = ARCH_MMU_NUMBER_ORDER,
    .source = SMALLEST,
    .position = 0x20000 >> PAGE_ORDER,
    .position_step = 1,
    .page_size = PAGE_ORDER,
    .page_number = ARCH_MMU_NUMBER_ORDER,
};

struct rights_geometry rights_geometry(void)
{
    return (struct rights_geometry){
        .bytes = MMU_TABLE_BYTES,
        .align = ARCH_PAGETABLE_ALIGN,
        .top_size = MMU_TOP_ORDER,
        .top_number = MMU_TOP_NUMBER_ORDER,
        .size = MMU_HUGE_ORDER,
        .number = ARCH_MMU_NUMBER_ORDER,
        .second_base = (word_t)1 << MMU_TOP_ORDER,
        .page_table = cap_id_in(BOOT_PAGETABLES, SMALLEST).raw,
        .page_position = 0x10000 >> PAGE_ORDER,
        .page_base = 0x200000, /* the virtual one, which need not be the other */
        .page_size = PAGE_ORDER,
        .page_number = ARCH_MMU_NUMBER_ORDER,
    };
}
