/* SPDX-License-Identifier: Unlicense
 *
 * Allocators of the first process: slots of its own table, and kernel memory. Both only grow; what
 * a system gives back it keeps track of itself.
 */
#pragma once

#include "abi/types.h"

/* Begin at an offset in BOOT_KMEM, and at a slot. */
void rme_alloc_start(word_t kmem_offset, word_t kmem_bytes, word_t slot);

/* Offset of `bytes` of kernel memory, for the calls that create objects. Asserts that there is
 * some. */
word_t rme_alloc_kmem(word_t bytes);

/* The next free slot. */
word_t rme_alloc_slot(void);

/* What is left of kernel memory. */
word_t rme_alloc_kmem_left(void);
