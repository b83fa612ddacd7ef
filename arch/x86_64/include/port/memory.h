/* SPDX-License-Identifier: Unlicense
 *
 * Object memory of the board's layout, in the kernel's window. Contract:
 * arch/include/arch/memory.h.
 */
#pragma once

#include "arch/atomic.h"
#include "layout.h"

extern shared_t port_kmem_bitmap[LAYOUT_KMEM_BITMAP_BYTES / sizeof(shared_t)];

static inline word_t arch_kmem_base(void)
{
    return LAYOUT_KMEM;
}

static inline word_t arch_kmem_size(void)
{
    return LAYOUT_KMEM_BYTES;
}

static inline shared_t *arch_kmem_bitmap(void)
{
    return port_kmem_bitmap;
}

static inline word_t arch_guest_base(void)
{
    return LAYOUT_GUEST;
}

static inline word_t arch_guest_size(void)
{
    return LAYOUT_GUEST_BYTES;
}
