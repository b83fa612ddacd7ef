/* SPDX-License-Identifier: Unlicense */
#include "tests/pagetables/machine.h"

#include "arch/machine.h"
#include "arch/memory.h"
#include "kernel/call_table.h"
#include "kernel/kmem.h"

#include <string.h>

enum { MEMORY_BYTES = CONFIG_TEST_MEMORY, SLOTS = 128 };

static _Alignas(ARCH_PAGETABLE_ALIGN) unsigned char memory[MEMORY_BYTES];
static shared_t bitmap[MEMORY_BYTES / KMEM_GRANULE / WORD_BITS];
static struct capability slots[SLOTS], table, kmem;
static word_t next;

struct cpu machine_cpus[CONFIG_CPUS_MAX];
unsigned machine_cpu;

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

void machine_reset(void)
{
    memset(memory, 0xA5, sizeof memory); /* what an earlier owner left */
    memset(bitmap, 0, sizeof bitmap);
    memset(slots, 0, sizeof slots);
    memset(machine_cpus, 0, sizeof machine_cpus);
    for (unsigned i = 0; i < CONFIG_CPUS_MAX; i++)
        machine_cpus[i].id = (uint8_t)i;
    next = 0;
    machine_cpu = 0;
    hardware_reset();
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

sword_t machine_create_at(unsigned slot, word_t base, word_t size_order, word_t number_order,
                          word_t offset)
{
    const struct args_pgt_crt args = {
        .slot = slot,
        .address = next + offset,
        .base = base,
        .size_order = size_order,
        .number_order = number_order,
    };
    struct capability *caps[] = {&table, &kmem};
    sword_t status = pagetable_create(&machine_cpus[machine_cpu], &args, caps);

    if (status == STATUS_OK) {
        next += pagetable_backend_bytes((base & PAGETABLE_TOP) != 0, size_order, number_order);
        next = (next + KMEM_GRANULE - 1) & ~(word_t)(KMEM_GRANULE - 1);
    }
    return status;
}

sword_t machine_create(unsigned slot, word_t base, word_t size_order, word_t number_order)
{
    return machine_create_at(slot, base, size_order, number_order, 0);
}

sword_t machine_delete(unsigned slot)
{
    const struct args_pgt_del args = {.slot = slot};
    struct capability *caps[] = {&table};

    return pagetable_delete(&machine_cpus[machine_cpu], &args, caps);
}

sword_t machine_freeze(unsigned slot)
{
    return cap_freeze(&slots[slot]);
}

sword_t machine_add_by(struct capability *target, word_t position, word_t flags,
                       struct capability *source, word_t source_position, word_t index)
{
    const struct args_pgt_add args = {
        .position = position,
        .flags = flags,
        .source_position = source_position,
        .index = index,
    };
    struct capability *caps[] = {target, source};

    return pagetable_add(&machine_cpus[machine_cpu], &args, caps);
}

sword_t machine_add(unsigned target, word_t position, word_t flags, unsigned source,
                    word_t source_position, word_t index)
{
    return machine_add_by(&slots[target], position, flags, &slots[source], source_position, index);
}

sword_t machine_remove(unsigned target, word_t position)
{
    const struct args_pgt_rem args = {.position = position};
    struct capability *caps[] = {&slots[target]};

    return pagetable_remove(&machine_cpus[machine_cpu], &args, caps);
}

sword_t machine_construct(unsigned parent, word_t position, unsigned child)
{
    const struct args_pgt_con args = {.position = position};
    struct capability *caps[] = {&slots[parent], &slots[child]};

    return pagetable_construct(&machine_cpus[machine_cpu], &args, caps);
}

sword_t machine_destruct(unsigned parent, word_t position, unsigned child)
{
    const struct args_pgt_des args = {.position = position};
    struct capability *caps[] = {&slots[parent], &slots[child]};

    return pagetable_destruct(&machine_cpus[machine_cpu], &args, caps);
}
