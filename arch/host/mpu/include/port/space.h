/* SPDX-License-Identifier: Unlicense
 *
 * An MPU for each CPU: the region words of Armv7-M, copied by a load (host_cpus of machine.h), so
 * that a CPU can have what another CPU's change has made stale. Contract:
 * arch/include/arch/space.h.
 */
#pragma once

#include "arch/armv7m/include/port/mpu.h"

enum { HOST_KMEM_BYTES = 128 * 1024 };

/* The region words as the hardware of a CPU has copied them. */
struct host_space {
    struct arch_mpu_region image[ARCH_MPU_REGIONS];
};

void arch_space_load(word_t space);
word_t arch_space_boot(void);
void arch_space_flush(void);
bool arch_mpu_holds(const struct arch_mpu_region *region, unsigned index);
