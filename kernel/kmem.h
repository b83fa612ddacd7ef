/* SPDX-License-Identifier: Unlicense
 *
 * Kernel memory: objects live below a boundary that is chosen at build time, in memory that user
 * level hands out by capabilities. A bitmap with one bit per 32 bytes says where objects are, so
 * that no two overlap. Capabilities name addresses relative to their own begin. Next: captable.h.
 */
#pragma once

#include "kernel/cap.h"

/* Absolute address of [offset, offset + size) in the range of `memory`; 0 when it leaves the range.
 * `size` is not 0. */
MUST_CHECK word_t kmem_address(const struct capability *memory, word_t offset, word_t size);

/* Register and zero an object. MEMORY: misaligned, outside object memory or in use. CONFLICT:
 * another CPU changed a word of the bitmap; all marks are taken back. Time: size. */
MUST_CHECK enum status kmem_allocate(word_t address, word_t size);

/* Forget an object, whole, whatever its size. Cannot fail. */
void kmem_free(word_t address, word_t size);

/* The words with which every call begins that makes an object in kernel memory; their first two
 * operands are the table and the memory. */
struct kmem_args {
    word_t number, table, slot, memory, address;
};

/* Claim the slot, then the memory of an object: slot->object, zeroed. On failure the slot is empty
 * again. BOUNDS, RANGE, OCCUPIED, MEMORY, CONFLICT. */
MUST_CHECK enum status kmem_claim(struct capability **caps, const void *args, word_t size,
                                  struct capability **slot);

/* Boot: an object in free memory at *next, which moves on. MEMORY. */
MUST_CHECK enum status kmem_boot_object(word_t *next, word_t size, void **object);

/* Boot: a root capability over [begin, end] with `rights`. */
void kmem_boot(struct capability *slot, word_t begin, word_t end, word_t rights);

/* Narrow for CPT_ADD: [low, high) relative to `source`, in granules. BOUNDS. */
MUST_CHECK enum status kmem_narrow(const struct capability *source, word_t low, word_t high,
                                   word_t *begin, word_t *end);
