/* SPDX-License-Identifier: Unlicense */
#include "kernel/kmem.h"

#include "arch/memory.h"

enum { BIT_BYTES = KMEM_GRANULE, WORD_BYTES = BIT_BYTES * WORD_BITS };

word_t kmem_address(const struct capability *memory, word_t offset, word_t size)
{
    word_t room = memory->kmem.end - memory->kmem.begin;

    if (offset > room || size - 1 > room - offset)
        return 0;
    return memory->kmem.begin + index_mask(offset, room + 1);
}

/* The bits of bitmap word `index` that granules [first, last] own. */
static word_t mask_of(word_t index, word_t first, word_t last)
{
    word_t mask = ~(word_t)0;

    if (index == first / WORD_BITS)
        mask &= ~(word_t)0 << first % WORD_BITS;
    if (index == last / WORD_BITS)
        mask &= ~(word_t)0 >> (WORD_BITS - 1 - last % WORD_BITS);
    return mask;
}

static void clear_words(word_t first, word_t last, word_t end)
{
    for (word_t i = first / WORD_BITS; i < end; i++)
        (void)shared_and(&arch_kmem_bitmap()[i], ~mask_of(i, first, last));
}

/* Set the bits of granules [first, last]; what was set is taken back when a later word fails. */
static enum status mark(word_t first, word_t last)
{
    for (word_t i = first / WORD_BITS; i <= last / WORD_BITS; i++) {
        word_t mask = mask_of(i, first, last);
        word_t seen = shared_load(&arch_kmem_bitmap()[i]);
        bool is_free = (seen & mask) == 0;

        if (!is_free || !shared_cas(&arch_kmem_bitmap()[i], seen, seen | mask)) {
            clear_words(first, last, i);
            return is_free ? STATUS_CONFLICT : STATUS_MEMORY;
        }
    }
    return STATUS_OK;
}

enum status kmem_allocate(word_t address, word_t size)
{
    word_t base = arch_kmem_base();
    word_t offset = address - base;
    enum status status;

    if (offset % BIT_BYTES != 0 || address < base || offset >= arch_kmem_size() ||
        size > arch_kmem_size() - offset)
        return STATUS_MEMORY;
    offset = index_mask(offset, arch_kmem_size());
    status = mark(offset / BIT_BYTES, (offset + size - 1) / BIT_BYTES);
    if (status != STATUS_OK)
        return status;
    for (word_t i = 0; i < size / sizeof(word_t); i++)
        ((word_t *)address)[i] = 0;
    return STATUS_OK;
}

void kmem_free(word_t address, word_t size)
{
    word_t first = (address - arch_kmem_base()) / BIT_BYTES;
    word_t last = (address - arch_kmem_base() + size - 1) / BIT_BYTES;

    clear_words(first, last, last / WORD_BITS + 1);
}

enum status kmem_claim(struct capability **caps, const void *args, word_t size,
                       struct capability **slot)
{
    const struct kmem_args *words = args;
    word_t address = kmem_address(caps[1], words->address, size);
    enum status status;

    if (address == 0)
        return STATUS_BOUNDS;
    status = cap_claim(caps[0], words->slot, slot);
    if (status != STATUS_OK)
        return status;
    status = kmem_allocate(address, size);
    if (status == STATUS_OK)
        cap_begin(*slot, (void *)address);
    else
        cap_abandon(*slot);
    return status;
}

enum status kmem_boot_object(word_t *next, word_t size, void **object)
{
    word_t address = *next;

    *object = (void *)address;
    *next = address + ((size + KMEM_GRANULE - 1) & ~(word_t)(KMEM_GRANULE - 1));
    return kmem_allocate(address, size);
}

void kmem_boot(struct capability *slot, word_t begin, word_t end, word_t rights)
{
    slot->kmem.begin = begin;
    slot->kmem.end = end;
    cap_boot(slot, CAP_KMEM, rights, NULL);
}

enum status kmem_narrow(const struct capability *source, word_t low, word_t high, word_t *begin,
                        word_t *end)
{
    if (low % KMEM_GRANULE != 0 || high % KMEM_GRANULE != 0 || low >= high)
        return STATUS_BOUNDS;
    if (high - 1 > source->kmem.end - source->kmem.begin)
        return STATUS_BOUNDS;
    *begin = source->kmem.begin + low;
    *end = source->kmem.begin + high - 1;
    return STATUS_OK;
}
