/* SPDX-License-Identifier: Unlicense
 *
 * Top levels on a machine with an MPU: lists.
 */
#include "kernel/pagetable.h"
#include "tests/rights/rights.h"
#include "tests/unit/support/world.h"

#include <stdlib.h>

word_t world_top(void)
{
    word_t slot = world_slot(), memory = world_memory(1024);

    if (CALL(PGT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, PAGETABLE_TOP, WORD_BITS, 2) !=
        STATUS_OK)
        abort();
    return slot;
}

void world_ignore_version(word_t top)
{
    const size_t regions = sizeof(struct arch_mpu_region) * ARCH_MPU_REGIONS;

    world_ignore((const unsigned char *)world_cap(top)->object + regions);
}

const struct world_tables world_tables = {
    .top_size = WORD_BITS,
    .top_number = 4,
    .base = 0x20000,
    .size = 12,
    .number = 3,
    .source = 1,
    .index_step = 1,
    .page_size = 16,
};

/* The first range of host_boot. */
struct rights_geometry rights_geometry(void)
{
    return (struct rights_geometry){
        .bytes = 512,
        .align = KMEM_GRANULE,
        .top_size = WORD_BITS,
        .top_number = 2,
        .size = 12,
        .second_base = (word_t)1 << 31,
        .page_table = cap_id_in(BOOT_PAGETABLES, 0).raw,
        .page_base = 0x10000,
        .page_size = 16,
    };
}
