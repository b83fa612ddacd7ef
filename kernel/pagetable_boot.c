/* SPDX-License-Identifier: Unlicense
 *
 * The page tables of the first process on a machine with an MPU: a list, and below it one table of
 * one page for each block of the memory map (abi/memory_map.h). This is where all user memory comes
 * from, so that what is not here can never be mapped: the kernel's own memory is refused.
 */
#include "kernel/pagetable_boot.h"

/* Static as long as there is room beside the regions that dynamic pages need. */
static word_t flags_of(struct pagetable_boot *boot, word_t flags)
{
    if ((flags & PAGE_STATIC) == 0)
        return flags;
    return boot->pinned++ < MEMORY_PINNED_MAX ? flags : flags & ~(word_t)PAGE_STATIC;
}

/* One table, its page, and its place in the list. */
static enum status add_block(struct cpu *cpu, struct pagetable_boot *boot,
                             struct memory_range range, word_t order)
{
    struct capability *slot = &boot->tables[boot->count];
    enum status status;

    if (boot->count >> boot->order != 0)
        return STATUS_RANGE;
    status = pagetable_boot(slot, &boot->next, range.base, order, 0);
    if (status == STATUS_OK)
        status = pagetable_backend_map(cpu, slot, 0, range.base, flags_of(boot, range.flags));
    if (status == STATUS_OK)
        status = pagetable_attach(cpu, boot->top, boot->count++, slot, 0);
    return status;
}

static enum status add_range(struct cpu *cpu, struct pagetable_boot *boot,
                             struct memory_range range)
{
    if (!is_allowed(boot, range))
        return STATUS_BOUNDS;
    while (range.size != 0) {
        word_t order = memory_block_order(range);
        enum status status = STATUS_BOUNDS;

        if (order != 0)
            status = add_block(cpu, boot, range, order);
        if (status != STATUS_OK)
            return status;
        range = memory_behind(range, order);
    }
    return STATUS_OK;
}

enum status pagetable_boot_ranges(struct cpu *cpu, struct pagetable_boot *boot,
                                  const struct memory_range *ranges, word_t count)
{
    enum status status =
        pagetable_boot(boot->top, &boot->next, PAGETABLE_TOP, WORD_BITS, boot->order);

    for (word_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_range(cpu, boot, ranges[i]);
    return status;
}
