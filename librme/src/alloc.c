/* SPDX-License-Identifier: Unlicense */
#include "rme/alloc.h"

#include "config.h"
#include "layout.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"
#include "rme/pool.h"

/* What is not user memory as well. */
enum { GRANULES = LAYOUT_KMEM_OWN_BYTES / KMEM_GRANULE };

static word_t slot_words[RME_POOL_WORDS(CONFIG_BOOT_ENTRIES)];
static word_t kmem_words[RME_POOL_WORDS(GRANULES)];
static struct rme_pool slots, kmem;

static word_t granules(word_t bytes)
{
    return (bytes + KMEM_GRANULE - 1) / KMEM_GRANULE;
}

void rme_alloc_start(word_t kmem_used, word_t slots_used)
{
    rme_pool_start(&slots, slot_words, CONFIG_BOOT_ENTRIES);
    rme_pool_reserve(&slots, 0, slots_used);
    rme_pool_start(&kmem, kmem_words, GRANULES);
    rme_pool_reserve(&kmem, 0, granules(kmem_used));
}

word_t rme_alloc_slot(void)
{
    word_t slot = 0;

    rme_assert(rme_pool_take(&slots, 1, 1, &slot));
    return slot;
}

void rme_free_slot(word_t slot)
{
    rme_pool_give(&slots, slot, 1);
}

word_t rme_alloc_kmem(word_t bytes)
{
    return rme_alloc_kmem_aligned(bytes, bytes < RME_LINE_BYTES ? KMEM_GRANULE : RME_LINE_BYTES);
}

word_t rme_alloc_kmem_aligned(word_t bytes, word_t align)
{
    word_t first = 0;

    rme_assert(rme_pool_take(&kmem, granules(bytes), granules(align), &first));
    return first * KMEM_GRANULE;
}

void rme_free_kmem(word_t offset, word_t bytes)
{
    rme_pool_give(&kmem, offset / KMEM_GRANULE, granules(bytes));
}

word_t rme_alloc_kmem_left(void)
{
    return rme_pool_left(&kmem) * KMEM_GRANULE;
}
