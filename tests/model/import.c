/* SPDX-License-Identifier: Unlicense
 *
 * The model begins with what boot has made: the only time that it takes anything from the kernel.
 */
#include "kernel/interrupt.h"
#include "kernel/invocation.h"
#include "kernel/pagetable.h"
#include "tests/model/compare.h"
#include "tests/model/space.h"

#include <stdlib.h>
#include <string.h>

static void machine(void)
{
    m.machine = (struct m_machine){
        .kmem = (word_t)host_kmem,
        .kmem_bytes = HOST_KMEM_BYTES,
        .guests = (word_t)host_guests,
        .guest_bytes = HOST_GUEST_BYTES,
        .thread_bytes = sizeof(struct thread),
        .fpu_bytes = sizeof(struct arch_fpu),
        .port_bytes = sizeof(struct port),
        .table_align = PAGETABLE_ALIGN,
        .guest_area_bytes = arch_guest_bytes(false),
        .guest_area_fpu_bytes = arch_guest_bytes(true),
        .cpus = 1,
        .lines = HOST_LINES,
    };
}

/* The object whose root slot the kernel has at an address. */
static struct m_object *object_at(word_t address)
{
    struct m_object *table = m.owner[(address - m.machine.kmem) / KMEM_GRANULE];

    return table->captable.slots[(address - table->address) / CAP_SLOT_BYTES].object;
}

static struct m_object *import_table(struct m_slot *root, const struct capability *cap);

static void import_ranges(struct m_slot *slot, const struct capability *cap)
{
    if (slot->type == M_PAGETABLE) {
        slot->rights = cap->rights & ((1 << PAGETABLE_RIGHT_BITS) - 1);
        slot->low = pagetable_low(cap);
        slot->high = pagetable_high(cap);
    }
    if (slot->type == M_KMEM) {
        slot->low = cap->kmem.begin;
        slot->high = cap->kmem.end + 1;
    }
    if (slot->type == M_KFUNC) {
        slot->first = cap->rights >> CAP_PAIR_SHIFT;
        slot->last = cap->rights & CAP_PAIR_MASK;
        slot->low = cap->kfunc.low;
        slot->high = cap->kfunc.high;
    }
}

static struct m_object *import_object(struct m_slot *slot, const struct capability *cap)
{
    word_t at = (word_t)cap->object, bytes = 0;
    struct m_object *object;

    if (slot->type == M_CAPTABLE)
        return import_table(slot, cap);
    if (slot->type == M_THREAD)
        bytes = sizeof(struct thread);
    if (slot->type == M_PAGETABLE)
        bytes = m_pagetable_bytes(pagetable_is_top(cap), pagetable_size_order(cap),
                                  pagetable_number_order(cap));
    object = m_object_new(slot->type, slot, bytes != 0 ? at : 0, bytes);
    if (slot->type == M_PAGETABLE) {
        object->pagetable.base = pagetable_base(cap);
        object->pagetable.size_order = pagetable_size_order(cap);
        object->pagetable.number_order = pagetable_number_order(cap);
        object->pagetable.is_top = pagetable_is_top(cap);
    }
    return object;
}

static void import_slot(struct m_slot *slot, const struct capability *cap)
{
    word_t header = shared_load(&cap->header);

    slot->stamp = cap_stamp(header);
    if (cap_state(header) == CAP_EMPTY)
        return;
    slot->state = M_VALID;
    slot->type = (enum m_type)cap_type(header);
    slot->rights = cap->rights;
    import_ranges(slot, cap);
    if (slot->type == M_KMEM || slot->type == M_KFUNC) {
        slot->held = shared_load(&cap->link);
        return;
    }
    if (cap->object == host_kmem)
        slot->object = m.boot_table; /* the first table holds itself */
    else
        slot->object = import_object(slot, cap);
    slot->object->root = slot;
    slot->object->references = shared_load(&cap->link);
}

static struct m_object *import_table(struct m_slot *root, const struct capability *cap)
{
    word_t entries = cap->captable.entries;
    struct m_object *table =
        m_object_new(M_CAPTABLE, root, (word_t)cap->object, entries * CAP_SLOT_BYTES);
    const struct capability *slots = cap->object;

    table->captable.entries = entries;
    table->captable.slots = calloc(entries, sizeof(struct m_slot));
    if (root == NULL)
        m.boot_table = table;
    for (word_t i = 0; i < entries; i++) {
        table->captable.slots[i].at = (word_t)&slots[i];
        import_slot(&table->captable.slots[i], &slots[i]);
    }
    return table;
}

static void import_thread(struct m_object *object)
{
    const struct thread *thread = (const struct thread *)object->address;
    struct m_thread *t = &object->thread;

    t->is_bound = true;
    t->is_init = true;
    t->priority = thread->priority;
    t->priority_max = thread->priority_max;
    t->budget = thread->budget;
    t->tid = thread->tid;
    t->children = thread->children;
    t->home = object_at((word_t)thread->home);
    t->registers.result = thread->context.result;
    t->registers.value = thread->context.value;
    t->registers.entry = thread->context.entry;
    t->registers.stack = thread->context.stack;
    t->registers.param = thread->context.param;
    memcpy(t->registers.block, thread->context.block, sizeof(t->registers.block));
    m_enqueue(object);
    m.current = object;
}

void import_boot(void)
{
    const struct cpu *cpu = arch_cpu(0);
    struct m_slot *slots;
    struct m_object *process;

    m_reset();
    machine();
    if (!CONFIG_RAW)
        import_machine();
    slots = import_table(NULL, (const struct capability *)(const void *)host_kmem)->captable.slots;
    process = slots[BOOT_PROCESS].object;
    process->process.captable = m.boot_table;
    if (CONFIG_RAW) {
        process->process.raw =
            shared_load(&((const struct capability *)slots[BOOT_PROCESS].at)->process.pagetable);
    } else {
        process->process.pagetable = slots[BOOT_PAGETABLE].object;
        import_pages(slots[BOOT_PAGETABLE].object, slots[BOOT_PAGETABLES].object);
    }
    import_thread(slots[BOOT_THREAD].object);
    m.timer_endpoint = slots[BOOT_TIMER_ENDPOINT].object;
    m.epoch = m.seen = shared_load(&cpu->seen);
    m.flush_epoch = m.flushed = shared_load(&cpu->flushed);
    m.now = m.last = cpu->arch.now;
    m_enter_space();
}
