/* SPDX-License-Identifier: Unlicense
 *
 * The MMU of a CPU. A walk goes entry by entry, each of which another CPU may change meanwhile, and
 * keeps the translation until it is told to forget it. SDM volume 3, 4.5 and 4.10.
 */
#include "arch/space.h"

#include "arch/host/machine.h"
#include "arch/host/memory.h"

/* Present, and not the user's. */
word_t arch_mmu_kernel_entry(word_t index)
{
    return (index << 12) | MMU_PRESENT | MMU_WRITE | MMU_ACCESSED;
}

word_t arch_space_boot(void)
{
    return (word_t)host_guests; /* raw mode: any word does */
}

void arch_space_load(word_t space)
{
    host_loaded = space;
    host_cpus[host_cpu_id].space.count = 0;
}

void arch_space_flush(void)
{
    host_flushes++;
    host_cpus[host_cpu_id].space.count = 0;
}

void arch_mmu_forget(word_t address)
{
    struct host_space *space = &host_cpus[host_cpu_id].space;
    unsigned kept = 0;

    for (unsigned i = 0; i < space->count; i++)
        if ((space->kept[i].address ^ address) >> space->kept[i].order != 0)
            space->kept[kept++] = space->kept[i];
    space->count = kept;
}

static word_t keep(word_t address, word_t entry, word_t order)
{
    struct host_space *space = &host_cpus[host_cpu_id].space;

    if (space->count < HOST_TRANSLATIONS) {
        space->kept[space->count].address = address;
        space->kept[space->count].entry = entry;
        space->kept[space->count++].order = order;
    }
    return entry;
}

static word_t walk(word_t address)
{
    const shared_t *table = (const shared_t *)host_loaded;
    word_t order = MMU_TOP_ORDER;

    for (unsigned level = 0; level < ARCH_MMU_LEVELS; level++, order -= ARCH_MMU_NUMBER_ORDER) {
        const shared_t *at = &table[address >> order & (ARCH_MMU_TOP_ENTRIES - 1)];
        word_t entry;

        host_run_point(at, false);
        entry = atomic_load_explicit(&at->raw, memory_order_acquire); /* it goes where this says */
        if ((entry & MMU_PRESENT) == 0 || (entry & MMU_USER) == 0)
            return 0;
        if (order == ARCH_MMU_PAGE_ORDER || (entry & MMU_LARGE) != 0)
            return keep(address, entry, order);
        table = (const shared_t *)mmu_address(entry);
    }
    return 0;
}

word_t host_translate(word_t address)
{
    const struct host_space *space = &host_cpus[host_cpu_id].space;

    for (unsigned i = 0; i < space->count; i++)
        if ((space->kept[i].address ^ address) >> space->kept[i].order == 0)
            return space->kept[i].entry;
    return host_loaded != 0 ? walk(address) : 0;
}
