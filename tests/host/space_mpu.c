/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of an MPU: regions, and trees whose entries do not say which child they have.
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

static bool is_root(const struct capability *slot)
{
    word_t header = peek(&slot->header);

    return (cap_state(header) == CAP_VALID || cap_state(header) == CAP_FROZEN) &&
           (header & CAP_LEAF) == 0 && cap_type(header) == CAP_PAGETABLE;
}

bool space_names_children(void)
{
    return false;
}

/* A page table counts its children, and is counted by its parent: how many children it has is seen
 * here, which of them not. All together count two for each entry. */
static word_t children_of(const struct capability *slot)
{
    word_t children = 0;

    for (word_t i = 0; i >> pagetable_number_order(slot) == 0; i++)
        children += pagetable_backend_get(slot, i).kind == PAGETABLE_CHILD;
    return children;
}

const char *space_counts_broken(struct capability *const *slots, const word_t *counts,
                                unsigned count_of_slots)
{
    word_t links = 0, entries = 0, held = 0;

    for (unsigned i = 0; i < count_of_slots; i++) {
        word_t count = peek(&slots[i]->link), known = counts[i];
        word_t children;

        if (!is_root(slots[i]))
            continue;
        children = children_of(slots[i]);
        if (count < known + children)
            return "a page table counts less than its children and capabilities";
        if (count > known + children + 1 + invariants_is_held(slots[i]))
            return "a page table counts more than its parent, children and capabilities";
        links += count - known;
        entries += children;
        held += invariants_is_held(slots[i]);
    }
    if (links < 2 * entries || links > 2 * entries + held)
        return "page tables count other than their entries say";
    return NULL;
}

/* What the table grants for a byte, as the access that hardware knows. */
static word_t granted(const struct capability *top, word_t address)
{
    struct pagetable_place place;

    if (!pagetable_backend_find(top, address, &place) || (place.flags & PAGE_READ) == 0)
        return 0;
    return place.flags & (PAGE_READ | PAGE_WRITE | PAGE_EXECUTE);
}

/* One region lets through no byte beyond what the table grants: looked at where an eighth of it
 * begins and ends. The fields are those of Arm DDI 0403E, B3.5.9. */
static const char *check_region(const struct capability *top, const struct arch_mpu_region *region)
{
    word_t size = (word_t)2 << (region->rasr >> 1 & 0x1F), base = region->rbar & ~(word_t)0x1F;
    word_t access = PAGE_READ;

    if ((region->rasr & 1) == 0)
        return NULL;
    if ((region->rasr >> 24 & 7) == 3)
        access |= PAGE_WRITE;
    if ((region->rasr >> 28 & 1) == 0)
        access |= PAGE_EXECUTE;
    for (word_t i = 0; i < 8; i++) {
        if ((region->rasr >> (8 + i) & 1) != 0)
            continue;
        if ((access & ~granted(top, base + size / 8 * i)) != 0 ||
            (access & ~granted(top, base + size / 8 * (i + 1) - 1)) != 0)
            return "a region lets through what its table does not grant";
    }
    return NULL;
}

const char *space_broken(const struct capability *slot)
{
    const struct arch_mpu_region *image = slot->object;
    const char *broken = NULL;

    for (unsigned i = 0; i < ARCH_MPU_REGIONS && broken == NULL; i++)
        broken = check_region(slot, &image[i]);
    return broken;
}

/* The hardware of a CPU, against the table that its current thread's process has: only where
 * no other CPU can have changed that since this CPU last looked. */
const char *invariants_hardware_broken(const struct cpu *cpu)
{
    const struct capability *top =
        (const struct capability *)peek(&cpu->current->process->process.pagetable);
    const char *broken = NULL;

    for (unsigned i = 0; i < ARCH_MPU_REGIONS && broken == NULL; i++)
        broken = check_region(top, &host_cpus[cpu->id].space.image[i]);
    return broken != NULL ? "the hardware lets through what the table does not grant" : NULL;
}
