/* SPDX-License-Identifier: Unlicense */
#include "tests/mmu/machine.h"

#include "arch/irq.h"
#include "arch/machine.h"
#include "arch/memory.h"
#include "arch/space.h"
#include "kernel/call_table.h"
#include "kernel/flush.h"
#include "kernel/kmem.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY_BYTES = 1 << 20, SLOTS = 128, TLB_ENTRIES = 1024 };

static _Alignas(MMU_TABLE_BYTES) unsigned char memory[MEMORY_BYTES];
static shared_t bitmap[MEMORY_BYTES / KMEM_GRANULE / WORD_BITS];
static struct capability slots[SLOTS], table, kmem;
static word_t next;

static struct tlb {
    struct {
        word_t top, address;
        struct translation translation;
    } entry[TLB_ENTRIES];
    unsigned used;
} tlbs[CONFIG_CPUS_MAX];

struct cpu machine_cpus[CONFIG_CPUS_MAX];
unsigned machine_cpu;
void (*machine_on_atomic)(void);

void machine_atomic_point(void)
{
    void (*hook)(void) = machine_on_atomic;

    if (hook == NULL)
        return;
    machine_on_atomic = NULL;
    hook();
    machine_on_atomic = hook;
}

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

void arch_cpu_interrupt(unsigned cpu_id)
{
    (void)cpu_id;
}

void arch_space_flush(void)
{
    tlbs[machine_cpu].used = 0;
}

/* SDM 4.10.4.1: INVLPG ends the translation of the page that holds the address, of any size, and
 * all entries of the structure caches. */
void arch_mmu_forget(word_t address)
{
    struct tlb *tlb = &tlbs[machine_cpu];
    unsigned kept = 0;

    for (unsigned i = 0; i < tlb->used; i++)
        if ((tlb->entry[i].address ^ address) >> tlb->entry[i].translation.order != 0)
            tlb->entry[kept++] = tlb->entry[i];
    tlb->used = kept;
}

word_t arch_mmu_kernel_entry(word_t index)
{
    return 0x100000003 + (index << 12);
}

void machine_reset(void)
{
    memset(memory, 0xA5, sizeof memory); /* what an earlier owner left */
    memset(bitmap, 0, sizeof bitmap);
    memset(slots, 0, sizeof slots);
    memset(machine_cpus, 0, sizeof machine_cpus);
    memset(tlbs, 0, sizeof tlbs);
    next = 0;
    machine_cpu = 0;
    machine_on_atomic = NULL;
    for (unsigned i = 0; i < CONFIG_CPUS_MAX; i++) {
        machine_cpus[i].id = (uint8_t)i;
        machine_cpu = i;
        quiesce_online(&machine_cpus[i]);
        flush_pending(&machine_cpus[i]);
    }
    machine_cpu = 0;
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

    if (status == STATUS_OK)
        next += MMU_TABLE_BYTES;
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

    return pagetable_add(&machine_cpus[machine_cpu], &args, caps);
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

/* Three epochs: each needs all CPUs to have seen the last. */
void machine_tick(void)
{
    const unsigned caller = machine_cpu;

    for (unsigned round = 0; round < 4; round++) {
        for (machine_cpu = 0; machine_cpu < CONFIG_CPUS_MAX; machine_cpu++) {
            quiesce_tick(&machine_cpus[machine_cpu]);
            flush_pending(&machine_cpus[machine_cpu]);
        }
        if (CONFIG_CPUS_MAX > 1 && quiesce_passed(quiesce_stamp()))
            abort(); /* a stamp of now cannot have passed */
    }
    machine_cpu = caller;
}

struct translation machine_use(unsigned top, word_t address)
{
    word_t space = (word_t)slots[top].object;
    struct translation translation = mmu_translate(space, address);
    struct tlb *tlb = &tlbs[machine_cpu];

    if (translation.access != 0 && tlb->used < TLB_ENTRIES) {
        tlb->entry[tlb->used].top = space;
        tlb->entry[tlb->used].address = address;
        tlb->entry[tlb->used++].translation = translation;
    }
    return translation;
}

void machine_forget_all(void)
{
    tlbs[machine_cpu].used = 0;
}

bool machine_is_stale(unsigned cpu)
{
    const struct tlb *tlb = &tlbs[cpu];

    for (unsigned i = 0; i < tlb->used; i++) {
        struct translation now = mmu_translate(tlb->entry[i].top, tlb->entry[i].address);

        if (now.access != tlb->entry[i].translation.access ||
            now.physical != tlb->entry[i].translation.physical)
            return true;
    }
    return false;
}
