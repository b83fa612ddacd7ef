/* SPDX-License-Identifier: Unlicense
 *
 * Loading the MPU, and in raw mode the region words of the first process. Arm DDI 0403E, B3.5.8 and
 * B3.5.9.
 */
#include "arch/space.h"

#include "layout.h"

/* Both halves of the image go through RBAR and its aliases. The MPU is off meanwhile, because a new
 * base with the old size may be misaligned, which is unpredictable (B3.5.8). The barrier makes the
 * map complete before the exception return, which also discards what was fetched (B3.5.4). r7 and
 * r11 are left to compilers that keep a frame pointer there. */
void arch_space_load(word_t space)
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

/* ---- Raw mode ---- */

enum { RASR_AP_KERNEL = 1 << 24, WHOLE = 32, HALF_GIGABYTE = 29 };

static struct arch_mpu_region boot_regions[ARCH_MPU_REGIONS];

static void set(unsigned index, word_t base, unsigned order, word_t disabled, word_t attributes)
{
    boot_regions[index] = (struct arch_mpu_region){
        base | MPU_RBAR_VALID | index,
        attributes | disabled << MPU_RASR_SRD_SHIFT | (word_t)(order - 1) << MPU_RASR_SIZE_SHIFT |
            MPU_RASR_ENABLE,
    };
}

/* Keep the user out of [base, base + bytes): the higher region wins. The base is aligned to the
 * next power of two, of which what lies behind is left out by eighths. */
static void reserve(unsigned index, word_t base, word_t bytes)
{
    unsigned order = MPU_SRD_ORDER_MIN;
    word_t disabled = 0;

    while ((word_t)1 << order < bytes)
        order++;
    for (unsigned i = 0; i < 8; i++)
        if ((word_t)i << (order - 3) >= bytes)
            disabled |= (word_t)1 << i;
    set(index, base, order, disabled, RASR_AP_KERNEL);
}

/* All of memory for the user, devices as such, and over that the kernel's own for the kernel alone.
 */
word_t arch_space_boot(void)
{
    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++)
        arch_mpu_clear(&boot_regions[i], i);
    set(0, 0, WHOLE, 0, MPU_RASR_AP_FULL | MPU_RASR_C | MPU_RASR_B);
    set(1, 0x40000000, HALF_GIGABYTE, 0, MPU_RASR_AP_FULL | MPU_RASR_B | MPU_RASR_XN);
    set(2, 0xE0000000, HALF_GIGABYTE, 0, RASR_AP_KERNEL | MPU_RASR_XN);
    reserve(3, LAYOUT_KERNEL_IMAGE, LAYOUT_KERNEL_IMAGE_BYTES);
    reserve(4, LAYOUT_KERNEL_RAM, LAYOUT_KERNEL_RAM_BYTES);
    return (word_t)boot_regions;
}
