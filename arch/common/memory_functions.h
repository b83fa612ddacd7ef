/* SPDX-License-Identifier: Unlicense
 *
 * Object memory as functions, for a port whose layout is no constant: arch/include/arch/memory.h.
 */
#pragma once

#include "arch/atomic.h"

word_t arch_kmem_base(void);
word_t arch_kmem_size(void);
shared_t *arch_kmem_bitmap(void);
word_t arch_guest_base(void);
word_t arch_guest_size(void);
