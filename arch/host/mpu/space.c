/* SPDX-License-Identifier: Unlicense
 *
 * The MPU of a CPU. In raw mode nobody looks at what is loaded.
 */
#include "arch/space.h"

#include "arch/host/machine.h"
#include "arch/host/memory.h"

/* Region by region, as through registers: another CPU may change the image meanwhile, which the
 * version tells afterwards. ThreadSanitizer would not believe that. */
__attribute__((no_sanitize("thread"))) static void copy(struct arch_mpu_region *to,
                                                        const struct arch_mpu_region *from)
{
    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++) {
        host_run_point(&from[i], false);
        to[i].rbar = from[i].rbar;
        to[i].rasr = from[i].rasr;
    }
}

/* The image with its version on both sides: one that another CPU is changing grants nothing. */
static void load_image(struct host_cpu *hardware, word_t space)
{
    const struct arch_mpu_region *image = (const struct arch_mpu_region *)space;
    const shared_t *version = (const shared_t *)(image + ARCH_MPU_REGIONS);
    word_t before = shared_load_acquire(version);

    if ((before & 1) == 0)
        copy(hardware->space.image, image);
    shared_fence();
    if ((before & 1) == 0 && shared_load(version) == before)
        return;
    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++)
        arch_mpu_clear(&hardware->space.image[i], i);
}

void arch_space_load(word_t space)
{
    host_loaded = space;
    if (!CONFIG_RAW)
        load_image(&host_cpus[host_cpu_id], space);
}

word_t arch_space_boot(void)
{
    return (word_t)host_guests; /* any word does */
}

void arch_space_flush(void)
{
    host_flushes++;
    if (!CONFIG_RAW && host_loaded != 0)
        load_image(&host_cpus[host_cpu_id], host_loaded);
}

bool arch_mpu_holds(const struct arch_mpu_region *region, unsigned index)
{
    const struct arch_mpu_region *held = &host_cpus[host_cpu_id].space.image[index];

    return held->rbar == region->rbar && held->rasr == region->rasr;
}
