/* SPDX-License-Identifier: Unlicense
 *
 * What the objects of the benchmark take on this machine.
 */
#pragma once

#include "rme/process.h"

/* Make the FPU's registers live. */
static inline void bench_use_fpu(void)
{
    __asm__ volatile("pcmpeqd %xmm0, %xmm0");
}

/* Nothing besides the image. */
static inline void bench_add_space(struct rme_space *space)
{
    (void)space;
}

/* The callee returns at once, its parameter and one more, with two of the registers that
 * cross overwritten. */
__attribute__((naked)) static void bench_serve(__attribute__((unused)) word_t param)
{
    __asm__ volatile("xor %ebx, %ebx\n\t"
                     "xor %ebp, %ebp\n\t"
                     "inc %rdi\n\t"
                     "xor %eax, %eax\n\t"
                     "syscall");
}
