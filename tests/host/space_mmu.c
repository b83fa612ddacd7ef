/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of an MMU: the kernel's half of a top level, and what CPUs keep of translations.
 */
#include "tests/host/space.h"

#include "arch/host/machine.h"
#include "kernel/pagetable.h"
#include "kernel/process.h"
#include "tests/host/invariants.h"

/* Looks on, as no CPU would: without the hooks of the host's atomics. */
static word_t peek(const shared_t *word)
{
    return atomic_load_explicit(&word->raw, memory_order_relaxed);
}

bool space_names_children(void)
{
    return true;
}

const char *space_counts_broken(struct capability *const *slots, const word_t *counts,
                                unsigned count)
{
    (void)slots;
    (void)counts;
    (void)count;
    return NULL;
}

const char *space_broken(const struct capability *top)
{
    const shared_t *entries = top->object;

    for (word_t i = (word_t)1 << pagetable_number_order(top); i < ARCH_MMU_TOP_ENTRIES; i++)
        if (peek(&entries[i]) != arch_mmu_kernel_entry(i))
            return "the kernel's half of a top level is not complete";
    return NULL;
}

/* What the CPU keeps its table still says. */
const char *invariants_hardware_broken(const struct cpu *cpu)
{
    const struct host_space *space = &host_cpus[cpu->id].space;
    const struct capability *top =
        (const struct capability *)peek(&cpu->current->process->process.pagetable);

    for (unsigned i = 0; i < space->count; i++) {
        struct pagetable_place place;
        word_t entry = space->kept[i].entry;

        if (!pagetable_backend_find(top, space->kept[i].address, &place) ||
            place.flags != mmu_page_flags(entry))
            return "a CPU keeps a translation that the table does not grant";
    }
    return NULL;
}
