/* SPDX-License-Identifier: Unlicense */
#pragma once

#include "arch/atomic.h"

word_t arch_kmem_base(void);
word_t arch_kmem_size(void);
shared_t *arch_kmem_bitmap(void);
