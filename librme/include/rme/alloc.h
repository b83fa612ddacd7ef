/* SPDX-License-Identifier: Unlicense
 *
 * Allocators of the first process: slots of its own table, and object memory behind BOOT_KMEM. Two
 * pools (rme/pool.h), which start before main(). All assert that there is room.
 */
#pragma once

#include "abi/types.h"

/* Begin: what boot has used of both is taken, offsets of object memory below `kmem_used` and slots
 * below `slots_used`. */
void rme_alloc_start(word_t kmem_used, word_t slots_used);

/* The lowest free slot. */
word_t rme_alloc_slot(void);
void rme_free_slot(word_t slot);

/* Offset of `bytes` of object memory, for the calls that create objects; the second form aligns the
 * offset, to a power of two that is at least KMEM_GRANULE, the first to lines (rme/arch/sizes.h).
 */
word_t rme_alloc_kmem(word_t bytes);
word_t rme_alloc_kmem_aligned(word_t bytes, word_t align);
void rme_free_kmem(word_t offset, word_t bytes);

/* What is left of object memory, in bytes; it need not be in one piece. */
word_t rme_alloc_kmem_left(void);
