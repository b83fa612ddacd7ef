/* SPDX-License-Identifier: Unlicense */
#include "tests/mpu/hardware.h"

#include "arch/space.h"
#include "kernel/flush.h"
#include "tests/pagetables/machine.h"

#include <string.h>

struct mpu machine_mpu;
unsigned machine_loads;

/* Flushing is another test's subject. */
word_t flush_begin(struct cpu *cpu)
{
    (void)cpu;
    return 0;
}

word_t flush_stamp(void)
{
    return 0;
}

bool flush_passed(word_t epoch)
{
    return epoch == 0;
}

static void write_image(struct mpu *mpu, const struct arch_mpu_region *image)
{
    uint32_t words[2 * ARCH_MPU_REGIONS];

    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++) {
        words[2 * i] = (uint32_t)image[i].rbar;
        words[2 * i + 1] = (uint32_t)image[i].rasr;
    }
    mpu_write(mpu, words, ARCH_MPU_REGIONS);
}

void arch_space_load(word_t space)
{
    machine_loads++;
    write_image(&machine_mpu, (const struct arch_mpu_region *)space);
}

bool arch_mpu_holds(const struct arch_mpu_region *region, unsigned index)
{
    return machine_mpu.region[index].rasr == (uint32_t)region->rasr &&
           (machine_mpu.region[index].rbar | MPU_RBAR_VALID | index) == (uint32_t)region->rbar;
}

void hardware_reset(void)
{
    memset(&machine_mpu, 0, sizeof machine_mpu);
}

void machine_load(unsigned top)
{
    word_t space = (word_t)machine_slot(top)->object;

    shared_store(&machine_cpus[0].loaded, space);
    arch_space_load(space);
}

struct mpu machine_image(unsigned top)
{
    struct mpu mpu = {0};

    write_image(&mpu, machine_slot(top)->object);
    return mpu;
}
