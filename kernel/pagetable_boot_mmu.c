/* SPDX-License-Identifier: Unlicense
 *
 * The page tables of the first process on a machine with an MMU: every range lies where it is, by
 * the largest pages that fit. This is where all user memory comes from. Table i of boot->tables
 * stands in no order that user level could guess, so that the port says in its boot information
 * where each lies.
 */
#include "kernel/pagetable_boot.h"

enum {
    ORDER_MAX = ARCH_MMU_PAGE_ORDER + (ARCH_MMU_LEVELS - 1) * ARCH_MMU_NUMBER_ORDER
}; /* of tables */

/* Of the largest page that a range can begin with; 0 when it begins with none. */
static word_t page_order(struct memory_range range)
{
    for (word_t order = ORDER_MAX - ARCH_MMU_NUMBER_ORDER; order >= ARCH_MMU_PAGE_ORDER;
         order -= ARCH_MMU_NUMBER_ORDER)
        if (range.base >> order << order == range.base && range.size >> order != 0 &&
            arch_mmu_encode(range.base, order, range.flags, false) != 0)
            return order;
    return 0;
}

static struct capability *find(const struct pagetable_boot *boot, word_t base, word_t size_order)
{
    for (word_t i = 0; i < boot->count; i++) {
        struct capability *slot = &boot->tables[i];

        if (pagetable_size_order(slot) == size_order && pagetable_base(slot) == base)
            return slot;
    }
    return NULL;
}

static word_t position_of(const struct capability *table, word_t address)
{
    return (address - pagetable_base(table)) >> pagetable_size_order(table);
}

/* The table below `parent` for an address, made if there is none. */
static enum status descend(struct cpu *cpu, struct pagetable_boot *boot, struct capability **table,
                           word_t address)
{
    struct capability *parent = *table;
    word_t position = position_of(parent, address);
    word_t base = pagetable_address(parent, position);
    word_t size_order = pagetable_size_order(parent) - ARCH_MMU_NUMBER_ORDER;
    enum status status;

    *table = find(boot, base, size_order);
    if (*table != NULL)
        return STATUS_OK;
    if (boot->count >> boot->order != 0)
        return STATUS_RANGE;
    *table = &boot->tables[boot->count++];
    status = pagetable_boot(*table, &boot->next, base, size_order, ARCH_MMU_NUMBER_ORDER);
    return status == STATUS_OK ? pagetable_attach(cpu, parent, position, *table, 0) : status;
}

static enum status add_page(struct cpu *cpu, struct pagetable_boot *boot, struct memory_range range,
                            word_t order)
{
    struct capability *table = boot->top;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && pagetable_size_order(table) > order)
        status = descend(cpu, boot, &table, range.base);
    if (status != STATUS_OK)
        return status;
    return pagetable_backend_map(cpu, table, position_of(table, range.base), range.base,
                                 range.flags);
}

static enum status add_range(struct cpu *cpu, struct pagetable_boot *boot,
                             struct memory_range range)
{
    enum status status = STATUS_OK;

    if (!is_allowed(boot, range) || range.flags == 0 ||
        (range.base + (range.size - 1)) >> ARCH_MMU_USER_ORDER != 0)
        return STATUS_BOUNDS;
    while (status == STATUS_OK && range.size != 0) {
        word_t order = page_order(range);

        status = order != 0 ? add_page(cpu, boot, range, order) : STATUS_BOUNDS;
        range = memory_behind(range, order);
    }
    return status;
}

enum status pagetable_boot_ranges(struct cpu *cpu, struct pagetable_boot *boot,
                                  const struct memory_range *ranges, word_t count)
{
    enum status status = pagetable_boot(boot->top, &boot->next, PAGETABLE_TOP, ORDER_MAX,
                                        ARCH_MMU_USER_ORDER - ORDER_MAX);

    for (word_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_range(cpu, boot, ranges[i]);
    return status;
}
