/* SPDX-License-Identifier: Unlicense
 *
 * What the objects of the benchmark take on this machine.
 */
#pragma once

#include "layout.h"
#include "rme/process.h"

/* Make the FPU's registers live. */
static inline void bench_use_fpu(void)
{
    __asm__ volatile(".inst.w 0xEEB70A00"); /* vmov.f32 s0, #1.0 */
}

/* Besides the image: the counter and one more region, so that each process has five. */
static inline void bench_add_space(struct rme_space *space)
{
    const word_t data = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER | PAGE_STATIC;

    (void)rme_space_add(space, BENCH_COUNTER & ~(word_t)1023, 10,
                        PAGE_READ | PAGE_WRITE | PAGE_BUFFER | PAGE_STATIC);
    (void)rme_space_add(space, LAYOUT_USER_RAM + 0x4000, 12, data);
}

/* The callee returns at once, its parameter and one more, with all registers that cross
 * overwritten. */
__attribute__((naked)) static void bench_serve(__attribute__((unused)) word_t param)
{
    __asm__ volatile("ldmia sp, {r6-r11}\n\t"
                     "adds r5, r0, #1\n\t"
                     "movs r4, #0\n\t"
                     "svc 0");
}
