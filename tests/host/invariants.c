/* SPDX-License-Identifier: Unlicense
 *
 * Every table is reachable from the boot table: a table's root is in a table. So two walks over all
 * slots do: one collects what refers to each root, one compares.
 */
#include "tests/host/invariants.h"

#include "arch/host/machine.h"
#include "arch/irq.h"
#include "arch/machine.h"
#include "arch/memory.h"
#include "kernel/interrupt.h"
#include "kernel/invocation.h"
#include "kernel/pagetable.h"
#include "kernel/wake.h"

#include <string.h>

enum { SLOTS_MAX = 4096, GRANULES = HOST_KMEM_BYTES / KMEM_GRANULE };

static struct capability *slots[SLOTS_MAX];
static unsigned slot_count;
static word_t counts[SLOTS_MAX];
static unsigned char used[GRANULES];

static bool holds(const struct capability *slot)
{
    enum cap_state state = cap_state(shared_load(&slot->header));

    return state == CAP_VALID || state == CAP_FROZEN;
}

static enum cap_type type_of(const struct capability *slot)
{
    return cap_type(shared_load(&slot->header));
}

static bool is_leaf(const struct capability *slot)
{
    return (shared_load(&slot->header) & CAP_LEAF) != 0;
}

/* All slots of the tables that are roots, the boot table's first. */
static const char *collect(void)
{
    struct capability *boot = (struct capability *)(void *)host_kmem;
    unsigned table = 0;

    slot_count = 0;
    for (word_t i = 0; i < boot->captable.entries; i++)
        slots[slot_count++] = boot + i;
    for (; table < slot_count; table++) {
        struct capability *slot = slots[table];

        if (!holds(slot) || is_leaf(slot) || type_of(slot) != CAP_CAPTABLE || slot == boot)
            continue;
        if (slot_count + slot->captable.entries > SLOTS_MAX)
            return "more slots than the checker holds";
        for (word_t i = 0; i < slot->captable.entries; i++)
            slots[slot_count++] = (struct capability *)slot->object + i;
    }
    return NULL;
}

static void refer(const struct capability *root)
{
    for (unsigned i = 0; i < slot_count; i++)
        if (slots[i] == root)
            counts[i]++;
}

static const char *take(const void *object, word_t bytes)
{
    word_t first = ((word_t)object - (word_t)host_kmem) / KMEM_GRANULE;
    word_t last = ((word_t)object - (word_t)host_kmem + bytes - 1) / KMEM_GRANULE;

    if ((word_t)object < (word_t)host_kmem || last >= GRANULES)
        return NULL; /* init threads of other CPUs lie outside */
    for (word_t i = first; i <= last; i++) {
        if (used[i] != 0)
            return "two objects overlap";
        used[i] = 1;
    }
    return NULL;
}

static word_t bytes_of(const struct capability *slot)
{
    const struct thread *thread = slot->object;

    switch (type_of(slot)) {
    case CAP_CAPTABLE:
        return slot->captable.entries * CAP_SLOT_BYTES;
    case CAP_PAGETABLE:
        return pagetable_backend_bytes(pagetable_is_top(slot), pagetable_size_order(slot),
                                       pagetable_number_order(slot));
    case CAP_THREAD:
        return sizeof(*thread) + (thread->has_fpu ? sizeof(struct arch_fpu) : 0);
    case CAP_INVOCATION:
        return sizeof(struct port);
    case CAP_NONE:
    case CAP_KFUNC:
    case CAP_KMEM:
    case CAP_PROCESS:
    case CAP_SIGNAL:
    default:
        return 0;
    }
}

static const char *check_thread(const struct thread *thread)
{
    const struct cpu *cpu = (const struct cpu *)shared_load(&thread->cpu);
    const struct port *port = thread->invocation;
    unsigned depth = thread->is_guest ? CONFIG_INV_DEPTH_MAX : 0;

    for (; port != NULL; port = port->below, depth++)
        if (shared_load(&port->owner) != (word_t)thread || depth > 2 * CONFIG_INV_DEPTH_MAX)
            return "a port of a thread's stack has another owner";
    if (depth != thread->depth)
        return "the depth is not the number of ports";
    if (thread->process != (thread->invocation ? thread->invocation->process : thread->home))
        return "a thread is in the wrong process";
    if ((thread->state == THREAD_BLOCKED) != (thread->waiting != NULL))
        return "blocked without an endpoint, or the reverse";
    if (thread->waiting != NULL && shared_load(&thread->waiting->signal.waiter) != (word_t)thread)
        return "the endpoint does not know its waiter";
    if (thread->state == THREAD_READY && (cpu == NULL || thread->budget == 0))
        return "ready without a CPU or without time";
    if (((thread->special & SPECIAL_FINITE) != 0) != (thread->budget < BUDGET_INFINITE))
        return "the special word does not tell the budget";
    return NULL;
}

static void refer_all(const struct capability *slot)
{
    const struct thread *thread = slot->object;

    if (is_leaf(slot)) {
        if (type_of(slot) != CAP_KMEM && type_of(slot) != CAP_KFUNC)
            refer((const struct capability *)shared_load(&slot->link));
        return;
    }
    if (type_of(slot) == CAP_PROCESS) {
        refer((const struct capability *)shared_load(&slot->process.captable));
        if (!CONFIG_RAW)
            refer((const struct capability *)shared_load(&slot->process.pagetable));
    }
    if (type_of(slot) == CAP_THREAD) {
        refer(thread->home);
        if (thread->event_endpoint != NULL)
            refer(thread->event_endpoint);
    }
    if (type_of(slot) == CAP_INVOCATION)
        refer(((const struct port *)slot->object)->process);
}

/* Page tables count each other: how often is the back end's to know, so that only the rest is
 * compared. */
static const char *check_counts(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        word_t count = shared_load(&slots[i]->link);

        if (!holds(slots[i]) || is_leaf(slots[i]))
            continue;
        if (count < counts[i])
            return "a root counts less than what refers to it";
        if (i >= BOOT_SLOTS && count != counts[i] && type_of(slots[i]) != CAP_PAGETABLE &&
            type_of(slots[i]) != CAP_THREAD)
            return "a root counts more than what refers to it";
    }
    return NULL;
}

static const char *check_bitmap(void)
{
    for (unsigned i = 0; i < GRANULES; i++) {
        bool is_marked =
            (shared_load(&arch_kmem_bitmap()[i / WORD_BITS]) >> i % WORD_BITS & 1) != 0;

        if (is_marked && used[i] == 0)
            return "kernel memory is marked without an object";
        if (!is_marked && used[i] != 0)
            return "an object lies in memory that is not marked";
    }
    return NULL;
}

static const char *check_level(const struct cpu *cpu, unsigned level)
{
    const struct thread *thread = cpu->ready[level];
    bool has_bit = (cpu->ready_bits[level / WORD_BITS] >> level % WORD_BITS & 1) != 0;
    unsigned length = 0;

    if (has_bit != (thread != NULL))
        return "the bit map does not tell the levels";
    if (thread == NULL)
        return NULL;
    do {
        if (thread->state != THREAD_READY || thread->priority != level ||
            !thread_is_on(thread, cpu) || thread->next->previous != thread || ++length > 1000)
            return "a level is no ring of ready threads";
        thread = thread->next;
    } while (thread != cpu->ready[level]);
    return NULL;
}

static const char *check_cpu(const struct cpu *cpu)
{
    for (unsigned level = 0; level < CONFIG_PRIORITIES; level++) {
        const char *broken = check_level(cpu, level);

        if (broken != NULL)
            return broken;
    }
    if (cpu->current != schedule_highest(cpu))
        return "the running thread is not the head of the highest level";
    if (cpu->exhausted != NULL || cpu->freed != NULL)
        return "something is left undone";
    if (shared_load(&cpu->loaded) != process_space(cpu->current->process))
        return "another address space is loaded";
    return NULL;
}

static const char *check_objects(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        const struct capability *slot = slots[i];
        const char *broken = NULL;
        word_t header = shared_load(&slot->header);

        if (cap_state(header) == CAP_CREATING)
            return "a slot is left claimed";
        if (!holds(slot))
            continue;
        if (cap_type(header) == CAP_NONE || cap_type(header) > CAP_SIGNAL)
            return "a header is not legal";
        refer_all(slot);
        if (is_leaf(slot))
            continue;
        if (bytes_of(slot) != 0)
            broken = take(slot->object, bytes_of(slot));
        if (broken == NULL && type_of(slot) == CAP_THREAD)
            broken = check_thread(slot->object);
        if (broken != NULL)
            return broken;
    }
    return NULL;
}

const char *invariants_broken(void)
{
    const char *broken = collect();

    memset(counts, 0, sizeof(counts));
    memset(used, 0, sizeof(used));
    if (broken == NULL)
        broken = check_objects();
    for (unsigned i = 0; i < HOST_LINES; i++)
        refer((const struct capability *)(shared_load(&arch_irq_table()[i].endpoint) &
                                          ~(word_t)IRQ_EDGE));
    if (broken == NULL)
        broken = check_counts();
    if (broken == NULL)
        broken = check_bitmap();
    for (unsigned i = 0; i < arch_cpu_count() && broken == NULL; i++)
        broken = check_cpu(arch_cpu(i));
    return broken;
}
