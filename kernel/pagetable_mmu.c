/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of machines with an MMU: a radix tree, each table of which is what the hardware
 * walks. An entry is 0, a page, or a child; it changes from 0 to a value and from that very value
 * to 0 by one compare-exchange, and in no other way: hardware never writes a table, because entries
 * are made with accessed and dirty set. Whoever loses answers CONFLICT.
 *
 * A child may have several parents, all of which have it at its own base, so that a table has one
 * place among virtual addresses and the forgetting of a translation needs no search. The kernel's
 * half of a top level is complete when the table is made. What the bits of an entry are is the
 * port's affair (arch/space.h).
 */
#include "arch/bits.h"
#include "arch/space.h"
#include "kernel/pagetable.h"

/* The position was tested. All tables are of one size, so that the mask against speculation is a
 * constant: nothing outside the table is read. */
enum { TABLE_ENTRIES = 1 << ARCH_MMU_NUMBER_ORDER };
static_assert((int)ARCH_MMU_TOP_ENTRIES == (int)TABLE_ENTRIES, "the same mask for every table");

static shared_t *entry_at(const struct capability *cap, word_t position)
{
    return (shared_t *)cap->object + (position & (TABLE_ENTRIES - 1));
}

word_t pagetable_backend_bytes(bool is_top, word_t size_order, word_t number_order)
{
    return arch_mmu_table_bytes(is_top, size_order, number_order);
}

void pagetable_backend_init(const struct capability *slot)
{
    shared_t *entries = slot->object;

    for (word_t i = (word_t)1 << pagetable_number_order(slot);
         pagetable_is_top(slot) && i < ARCH_MMU_TOP_ENTRIES; i++)
        shared_store(&entries[i], arch_mmu_kernel_entry(i));
}

/* A child covers its place exactly. A top level covers more than any entry. */
bool pagetable_backend_fits(const struct capability *parent, word_t position,
                            const struct capability *child)
{
    return pagetable_size_order(child) + pagetable_number_order(child) ==
               pagetable_size_order(parent) &&
           pagetable_base(child) == pagetable_address(parent, position);
}

struct pagetable_entry pagetable_backend_get(const struct capability *cap, word_t position)
{
    word_t entry = shared_load(entry_at(cap, position));
    struct pagetable_entry result = {PAGETABLE_NOTHING, 0, 0};

    if (entry == 0)
        return result;
    result.address = arch_mmu_decode(entry, pagetable_size_order(cap), &result.flags);
    result.kind = result.flags != 0 ? PAGETABLE_PAGE : PAGETABLE_CHILD;
    return result;
}

/* ---- Changes ---- */

static word_t child_entry(const struct capability *parent, const struct capability *child)
{
    return arch_mmu_encode((word_t)child->object, pagetable_size_order(parent), 0, false);
}

/* From nothing to `entry`. Nothing is cached of an entry that was 0, so that no CPU has to forget
 * anything. */
ALWAYS_INLINE enum status set(shared_t *word, word_t entry)
{
    if (shared_load(word) != 0)
        return STATUS_MAP;
    return shared_cas(word, 0, entry) ? STATUS_OK : STATUS_CONFLICT;
}

enum status pagetable_backend_map(struct cpu *cpu, struct capability *table, word_t position,
                                  word_t address, word_t flags)
{
    word_t entry = 0;

    (void)cpu;
    if (flags != 0)
        entry = arch_mmu_encode(address, pagetable_size_order(table), flags, false);
    return entry != 0 ? set(entry_at(table, position), entry) : STATUS_MAP;
}

/* Of a page that is not granted: why. */
static NOINLINE sword_t refuse(word_t entry)
{
    return arch_mmu_grants(entry, 0) ? STATUS_PERMISSION : STATUS_MAP;
}

/* From page to page the bits of an entry are compared and taken over, not decoded and made anew. */
sword_t pagetable_backend_add(const struct capability *source, struct capability *target,
                              const struct args_pgt_add *args, struct cpu *cpu)
{
    word_t order = pagetable_size_order(target);
    word_t entry = shared_load(entry_at(source, args->source_position));
    word_t address, flags;

    (void)cpu;
    if (!arch_mmu_grants(entry, args->flags))
        return refuse(entry);
    if ((args->flags & PAGE_READ) == 0)
        return STATUS_MAP;
    address = arch_mmu_decode(entry, pagetable_size_order(source), &flags);
    return set(entry_at(target, args->position),
               arch_mmu_encode(address + (args->index << order), order, args->flags, true));
}

sword_t pagetable_backend_unmap(struct cpu *cpu, struct capability *table, word_t position)
{
    shared_t *word = entry_at(table, position);
    word_t entry = shared_load(word);

    (void)cpu;
    if (!arch_mmu_grants(entry, 0))
        return STATUS_MAP;
    if (!shared_cas(word, entry, 0))
        return STATUS_CONFLICT;
    arch_mmu_forget(pagetable_base(table) + (position << pagetable_size_order(table)));
    return STATUS_OK;
}

enum status pagetable_backend_construct(struct cpu *cpu, struct capability *parent, word_t position,
                                        struct capability *child, word_t flags)
{
    (void)cpu;
    (void)flags; /* each page has its own */
    if (pagetable_is_top(child))
        return STATUS_MAP;
    return set(entry_at(parent, position), child_entry(parent, child));
}

/* What the walk may have kept of the child is flushed by the caller. */
enum status pagetable_backend_destruct(struct cpu *cpu, struct capability *parent, word_t position,
                                       struct capability *child)
{
    shared_t *word = entry_at(parent, position);
    word_t entry = child_entry(parent, child);

    (void)cpu;
    if (shared_load(word) != entry)
        return STATUS_MAP;
    return shared_cas(word, entry, 0) ? STATUS_OK : STATUS_CONFLICT;
}

/* ---- Looking ---- */

/* Every page that is granted is in the table that the hardware walks: nothing to repair. */
bool pagetable_repair(struct cpu *cpu, word_t space, word_t address, word_t access)
{
    (void)cpu;
    (void)space;
    (void)address;
    (void)access;
    return false;
}

bool pagetable_backend_find(const struct capability *cap, word_t address,
                            struct pagetable_place *place)
{
    const shared_t *table = cap->object;
    word_t offset = address - pagetable_base(cap);

    place->size_order = pagetable_size_order(cap);
    place->number_order = pagetable_number_order(cap);
    if (offset >> place->size_order >> place->number_order != 0)
        return false;
    for (unsigned level = 0; level < ARCH_MMU_LEVELS; level++) {
        word_t entries = (word_t)1 << place->number_order;
        word_t index = index_mask(offset >> place->size_order & (entries - 1), entries);
        word_t entry = shared_load_acquire(&table[index]);

        if (entry == 0)
            return false;
        table = (const shared_t *)arch_mmu_decode(entry, place->size_order, &place->flags);
        if (place->flags != 0)
            return true;
        place->number_order = ARCH_MMU_NUMBER_ORDER;
        place->size_order -= ARCH_MMU_NUMBER_ORDER;
    }
    return false;
}
