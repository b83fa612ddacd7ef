/* SPDX-License-Identifier: Unlicense
 *
 * The region words of Armv7-M over an MPU that is only a record of what was written to it.
 */
#pragma once

#include "arch/armv7m/include/port/mpu.h"

void arch_space_load(word_t space);
bool arch_mpu_holds(const struct arch_mpu_region *region, unsigned index);
