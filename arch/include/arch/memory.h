/* SPDX-License-Identifier: Unlicense
 *
 * Kernel memory, where kernel objects may lie, and the window of guests. Five facts: words that the
 * linker script or boot has fixed. They cost nothing where they are constants.
 *
 *  word_t arch_kmem_base(void)
 *  word_t arch_kmem_size(void)
 *      Of kernel memory: multiples of KMEM_GRANULE * WORD_BITS. No user page ever overlaps it.
 *
 *  shared_t *arch_kmem_bitmap(void)
 *      One bit for each KMEM_GRANULE bytes of it, zero at boot; not inside kernel memory.
 *
 *  word_t arch_guest_base(void)
 *  word_t arch_guest_size(void)
 *      The window of guest register areas, memory that the kernel can reach in every address space
 *      and user level may map; 0 bytes where there is none.
 */
#pragma once

#include <port/memory.h>
