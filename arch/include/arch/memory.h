/* SPDX-License-Identifier: Unlicense
 *
 * Object memory: where kernel objects may lie, and its bitmap (one bit per 32 bytes, zero at boot).
 *
 *   word_t arch_kmem_base(void), arch_kmem_size(void)   multiples of KMEM_GRANULE * WORD_BITS
 *   shared_t *arch_kmem_bitmap(void)
 *   word_t arch_guest_base(void), arch_guest_size(void) the window of guest register areas; 0 bytes
 *                                                       where there is none
 */
#pragma once

#include <port/memory.h>
