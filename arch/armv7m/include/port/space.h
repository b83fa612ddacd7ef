/* SPDX-License-Identifier: Unlicense
 *
 * Address spaces of Armv7-M: the eight regions of the MPU. Contract: arch/space.h. The kernel runs
 * on the default map (PRIVDEFENA), and no region covers its memory.
 */
#pragma once

#include "kernel/compiler.h"
#include "port/mpu.h"

/* MPU_RBAR, then RASR and three aliases of the pair (DDI 0403E B3.5.5); MPU_CTRL is two words
 * below. */
#define MPU_RBAR_ADDRESS ((word_t)0xE000ED9C)

/* space.c; the way out has its own (port/exit.h). */
void arch_space_load(word_t space);

/* Raw mode: the first process may use all of user memory (space.c). */
word_t arch_space_boot(void);

/* No translation is cached. */
static inline void arch_space_flush(void) {}

/* One CPU: the hardware always equals the image of the loaded table. */
static inline bool arch_mpu_holds(const struct arch_mpu_region *region, unsigned index)
{
    (void)region;
    (void)index;
    return true;
}
