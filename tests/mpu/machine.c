/* SPDX-License-Identifier: Unlicense */
#include "tests/mpu/machine.h"

#include "arch/machine.h"
#include "arch/memory.h"
#include "arch/space.h"
#include "kernel/call_table.h"
#include "kernel/flush.h"
#include "kernel/kmem.h"

#include <string.h>

enum { MEMORY_BYTES = 1 << 18, SLOTS = 128 };

static _Alignas(KMEM_GRANULE) unsigned char memory[MEMORY_BYTES];
static shared_t bitmap[MEMORY_BYTES / KMEM_GRANULE / WORD_BITS];
static struct capability slots[SLOTS], table, kmem;
static word_t next;

struct cpu machine_cpus[CONFIG_CPUS_MAX];
struct mpu machine_mpu;
unsigned machine_loads;

word_t arch_kmem_base(void)
{
    return (word_t)memory;
}

word_t arch_kmem_size(void)
{
    return MEMORY_BYTES;
}

shared_t *arch_kmem_bitmap(void)
{
    return bitmap;
}

unsigned arch_cpu_count(void)
{
    return CONFIG_CPUS_MAX;
}

struct cpu *arch_cpu(unsigned id)
{
    return &machine_cpus[id];
}

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

void machine_reset(void)
{
    memset(memory, 0xA5, sizeof memory); /* what an earlier owner left */
    memset(bitmap, 0, sizeof bitmap);
    memset(slots, 0, sizeof slots);
    memset(machine_cpus, 0, sizeof machine_cpus);
    memset(&machine_mpu, 0, sizeof machine_mpu);
    next = 0;
    memset(&table, 0, sizeof table);
    table.captable.entries = SLOTS;
    table.object = slots;
    cap_publish(&table, CAP_CAPTABLE, RIGHTS_CAPTABLE_ALL);
    kmem_boot(&kmem, (word_t)memory, (word_t)memory + MEMORY_BYTES - 1, RIGHTS_KMEM_ALL);
}

struct capability *machine_slot(unsigned index)
{
    return &slots[index];
}

word_t machine_next(void)
{
    return (word_t)memory + next;
}

void machine_set_next(word_t address)
{
    next = address - (word_t)memory;
}

sword_t machine_create(unsigned slot, word_t base, word_t size_order, word_t number_order)
{
    const struct args_pgt_crt args = {
        .slot = slot,
        .address = next,
        .base = base,
        .size_order = size_order,
        .number_order = number_order,
    };
    struct capability *caps[] = {&table, &kmem};
    sword_t status = pagetable_create(&machine_cpus[0], &args, caps);

    if (status == STATUS_OK) {
        next += pagetable_backend_bytes((base & 1) != 0, size_order, number_order);
        next = (next + KMEM_GRANULE - 1) & ~(word_t)(KMEM_GRANULE - 1);
    }
    return status;
}

sword_t machine_delete(unsigned slot)
{
    const struct args_pgt_del args = {.slot = slot};
    struct capability *caps[] = {&table};

    return pagetable_delete(&machine_cpus[0], &args, caps);
}

sword_t machine_add(unsigned target, word_t position, word_t flags, unsigned source,
                    word_t source_position, word_t index)
{
    const struct args_pgt_add args = {
        .position = position,
        .flags = flags,
        .source_position = source_position,
        .index = index,
    };
    struct capability *caps[] = {&slots[target], &slots[source]};

    return pagetable_add(&machine_cpus[0], &args, caps);
}

sword_t machine_remove(unsigned target, word_t position)
{
    const struct args_pgt_rem args = {.position = position};
    struct capability *caps[] = {&slots[target]};

    return pagetable_remove(&machine_cpus[0], &args, caps);
}

sword_t machine_construct(unsigned parent, word_t position, unsigned child)
{
    const struct args_pgt_con args = {.position = position};
    struct capability *caps[] = {&slots[parent], &slots[child]};

    return pagetable_construct(&machine_cpus[0], &args, caps);
}

sword_t machine_destruct(unsigned parent, word_t position, unsigned child)
{
    const struct args_pgt_des args = {.position = position};
    struct capability *caps[] = {&slots[parent], &slots[child]};

    return pagetable_destruct(&machine_cpus[0], &args, caps);
}

void machine_load(unsigned top)
{
    word_t space = (word_t)slots[top].object;

    shared_store(&machine_cpus[0].loaded, space);
    arch_space_load(space);
}

struct mpu machine_image(unsigned top)
{
    struct mpu mpu = {0};

    write_image(&mpu, slots[top].object);
    return mpu;
}
