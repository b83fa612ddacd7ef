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

/* Both halves of the image go through RBAR and its aliases. The MPU is off meanwhile, because a new
 * base with the old size may be misaligned, which is unpredictable (B3.5.8). The barrier makes the
 * map complete before the exception return, which also discards what was fetched (B3.5.4). r7 and
 * r11 are left to compilers that keep a frame pointer there. */
ALWAYS_INLINE void arch_space_load(word_t space)
{
    word_t rbar = MPU_RBAR_ADDRESS;

    __asm__ volatile("movs  r2, #0\n\t"
                     "str   r2, [%[rbar], #-8]\n\t"
                     "ldmia %[image]!, {r2-r6, r8-r10}\n\t"
                     "stmia %[rbar], {r2-r6, r8-r10}\n\t"
                     "ldmia %[image], {r2-r6, r8-r10}\n\t"
                     "stmia %[rbar], {r2-r6, r8-r10}\n\t"
                     "movs  r2, #5\n\t" /* ENABLE, PRIVDEFENA */
                     "str   r2, [%[rbar], #-8]\n\t"
                     "dsb"
                     : [image] "+r"(space)
                     : [rbar] "r"(rbar)
                     : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "cc", "memory");
}

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
