/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/space.h.
 */
#pragma once

#include "arch/atomic.h"

#define ARCH_MPU_REGIONS      8
#define ARCH_MMU_LEVELS       2
#define ARCH_MMU_PAGE_ORDER   12
#define ARCH_MMU_NUMBER_ORDER 10
#define ARCH_MMU_USER_ORDER   31
#define ARCH_MMU_TOP_ENTRIES  1024
#define ARCH_PAGETABLE_ALIGN  4096

struct arch_mpu_region {
    word_t base, attributes;
};

void arch_space_load(word_t space);
word_t arch_space_boot(void);
void arch_space_flush(void);
bool arch_mpu_encode(struct arch_mpu_region *out, unsigned index, word_t base, unsigned order,
                     word_t subregions, word_t flags);
void arch_mpu_clear(struct arch_mpu_region *out, unsigned index);
bool arch_mpu_holds(const struct arch_mpu_region *region, unsigned index);

word_t arch_mmu_table_bytes(bool is_top, word_t size_order, word_t number_order);
word_t arch_mmu_kernel_entry(word_t index);
word_t arch_mmu_encode(word_t address, word_t size_order, word_t flags, bool is_piece);
word_t arch_mmu_decode(word_t entry, word_t size_order, word_t *flags);
bool arch_mmu_grants(word_t entry, word_t flags);
void arch_mmu_forget(word_t address);
