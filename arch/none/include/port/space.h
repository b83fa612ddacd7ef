/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/space.h.
 */
#pragma once

#include "abi/types.h"

#define ARCH_MPU_REGIONS 8

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
