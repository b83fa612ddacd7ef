/* SPDX-License-Identifier: Unlicense */
#include "rme/alloc.h"

#include "rme/assert.h"

static word_t next_offset, end_offset, next_slot;

void rme_alloc_start(word_t kmem_offset, word_t kmem_bytes, word_t slot)
{
    next_offset = kmem_offset;
    end_offset = kmem_bytes;
    next_slot = slot;
}

word_t rme_alloc_kmem(word_t bytes)
{
    word_t offset = next_offset;

    rme_assert(bytes <= end_offset - offset);
    next_offset += (bytes + KMEM_GRANULE - 1) & ~(word_t)(KMEM_GRANULE - 1);
    return offset;
}

word_t rme_alloc_slot(void)
{
    return next_slot++;
}

word_t rme_alloc_kmem_left(void)
{
    return end_offset - next_offset;
}
