/* SPDX-License-Identifier: Unlicense
 *
 * Region words of the PMSAv7 MPU: Armv7-M Architecture Reference Manual (Arm DDI 0403E), B3.5.
 * Nothing here touches the hardware, so that the host can test it. Contract: arch/space.h.
 */
#pragma once

#include "abi/calls.h"

enum { ARCH_MPU_REGIONS = 8, ARCH_PAGETABLE_ALIGN = KMEM_GRANULE };

struct arch_mpu_region {
    word_t rbar, rasr;
};
static_assert(sizeof(struct arch_mpu_region) == 2 * sizeof(word_t), "loaded as pairs of words");

/* RBAR, B3.5.8: VALID makes the register take the region number from its low bits. */
enum { MPU_RBAR_VALID = 1 << 4 };

/* RASR, B3.5.9. */
enum {
    MPU_RASR_ENABLE = 1 << 0,
    MPU_RASR_SIZE_SHIFT = 1, /* the region has 2^(SIZE + 1) bytes */
    MPU_RASR_SRD_SHIFT = 8,  /* one bit disables one eighth */
    MPU_RASR_B = 1 << 16,
    MPU_RASR_C = 1 << 17,
    MPU_RASR_TEX_NORMAL = 1 << 19, /* with C = B = 0: normal memory, not cacheable */
    MPU_RASR_AP_FULL = 3 << 24,
    MPU_RASR_AP_READ = 6 << 24, /* read only, for the kernel too: it writes no user memory */
    MPU_RASR_XN = 1 << 28,

    MPU_ORDER_MIN = 5,
    MPU_SRD_ORDER_MIN = 8, /* B3.5.3: sub-regions only in regions of 256 bytes and more */
    MPU_SRD_ALL = 0xFF,
};

static inline void arch_mpu_clear(struct arch_mpu_region *out, unsigned index)
{
    out->rbar = MPU_RBAR_VALID | index;
    out->rasr = 0;
}

/* Memory type, B3.5.10: C and B are the page's CACHE and BUFFER: neither is strongly ordered,
 * BUFFER device, CACHE write-through, both write-back. Code must lie in normal memory (A3.5.4), so
 * that executable pages without CACHE are normal and not cacheable. */
static inline word_t mpu_memory_type(word_t flags)
{
    word_t type = 0;

    if ((flags & (PAGE_EXECUTE | PAGE_CACHE)) == PAGE_EXECUTE)
        return MPU_RASR_TEX_NORMAL;
    if ((flags & PAGE_CACHE) != 0)
        type |= MPU_RASR_C;
    if ((flags & PAGE_BUFFER) != 0)
        type |= MPU_RASR_B;
    return type;
}

/* The hardware has no access without reading: a fetch needs the right to read too (B3.5.9). */
static inline bool arch_mpu_encode(struct arch_mpu_region *out, unsigned index, word_t base,
                                   unsigned order, word_t subregions, word_t flags)
{
    word_t access = (flags & PAGE_WRITE) != 0 ? MPU_RASR_AP_FULL : MPU_RASR_AP_READ;
    word_t disabled = ~subregions & MPU_SRD_ALL;

    if ((flags & PAGE_READ) == 0 || order < MPU_ORDER_MIN || subregions == 0)
        return false;
    if (order < MPU_SRD_ORDER_MIN && disabled != 0)
        return false;
    if ((flags & PAGE_EXECUTE) == 0)
        access |= MPU_RASR_XN;
    out->rbar = base | MPU_RBAR_VALID | index;
    out->rasr = access | mpu_memory_type(flags) | disabled << MPU_RASR_SRD_SHIFT |
                (word_t)(order - 1) << MPU_RASR_SIZE_SHIFT | MPU_RASR_ENABLE;
    return true;
}
