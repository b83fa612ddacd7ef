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
#include "tests/host/space.h"

#include <string.h>

enum { SLOTS_MAX = 4096, GRANULES = HOST_KMEM_BYTES / KMEM_GRANULE };

static struct capability *slots[SLOTS_MAX];
static unsigned slot_count;
static word_t counts[SLOTS_MAX];
static word_t used[GRANULES / WORD_BITS]; /* granules in objects, as the bitmap has them */

/* Where in `slots` the slot at a place of kernel memory is; other places hold anything. */
static uint16_t index_of[HOST_KMEM_BYTES / CAP_SLOT_BYTES];

/* The checker only looks on: what it reads is no step of any CPU, and has no hook. */
static word_t peek(const shared_t *word)
{
    return atomic_load_explicit(&word->raw, memory_order_relaxed);
}

static bool holds(const struct capability *slot)
{
    enum cap_state state = cap_state(peek(&slot->header));

    return state == CAP_VALID || state == CAP_FROZEN;
}

static enum cap_type type_of(const struct capability *slot)
{
    return cap_type(peek(&slot->header));
}

static bool is_leaf(const struct capability *slot)
{
    return (peek(&slot->header) & CAP_LEAF) != 0;
}

static word_t place_of(const struct capability *slot)
{
    return ((word_t)slot - (word_t)host_kmem) / CAP_SLOT_BYTES;
}

static void add(struct capability *slot)
{
    index_of[place_of(slot)] = (uint16_t)slot_count;
    counts[slot_count] = 0;
    slots[slot_count++] = slot;
}

/* All slots of the tables that are roots, the boot table's first. */
static const char *collect(void)
{
    struct capability *boot = (struct capability *)(void *)host_kmem;
    unsigned table = 0;

    slot_count = 0;
    for (word_t i = 0; i < boot->captable.entries; i++)
        add(boot + i);
    for (; table < slot_count; table++) {
        struct capability *slot = slots[table];

        if (!holds(slot) || is_leaf(slot) || type_of(slot) != CAP_CAPTABLE || slot == boot)
            continue;
        if (slot_count + slot->captable.entries > SLOTS_MAX)
            return "more slots than the checker holds";
        for (word_t i = 0; i < slot->captable.entries; i++)
            add((struct capability *)slot->object + i);
    }
    return NULL;
}

static word_t granule_of(const void *object)
{
    return ((word_t)object - (word_t)host_kmem) / KMEM_GRANULE;
}

static void refer(const struct capability *root)
{
    word_t place = place_of(root);
    unsigned index = place < HOST_KMEM_BYTES / CAP_SLOT_BYTES ? index_of[place] : 0;

    if (index < slot_count && slots[index] == root)
        counts[index]++;
}

static const char *take(const void *object, word_t bytes)
{
    word_t first = ((word_t)object - (word_t)host_kmem) / KMEM_GRANULE;
    word_t last = ((word_t)object - (word_t)host_kmem + bytes - 1) / KMEM_GRANULE;

    if ((word_t)object < (word_t)host_kmem || last >= GRANULES)
        return "an object lies outside kernel memory";
    for (word_t i = first; i <= last; i++) {
        if ((used[i / WORD_BITS] >> i % WORD_BITS & 1) != 0)
            return "two objects overlap";
        used[i / WORD_BITS] |= (word_t)1 << i % WORD_BITS;
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

/* Bound under a scheduler on the same CPU, or nothing of all that; its events come from its
 * children. */
static const char *check_tree(const struct thread *thread)
{
    const struct thread *child = thread->events;
    word_t cpu = peek(&thread->cpu);
    word_t children = cpu != 0 && thread->scheduler == NULL ? 1 : 0; /* an init thread's own */
    unsigned length = 0;

    for (unsigned i = 0; i < slot_count; i++) {
        const struct thread *other = slots[i]->object;

        if (holds(slots[i]) && !is_leaf(slots[i]) && type_of(slots[i]) == CAP_THREAD &&
            other->scheduler == thread && peek(&other->cpu) != 0) {
            children++;
            if (peek(&other->cpu) != cpu)
                return "a thread and its scheduler are on different CPUs";
        }
    }
    if (children != thread->children)
        return "a scheduler counts other than its children";
    for (; child != NULL; child = child->event_next == thread->events ? NULL : child->event_next)
        if (child->scheduler != thread || child->event_next->event_previous != child ||
            ++length > children)
            return "the events of a scheduler are no ring of its children";
    if (cpu == 0 &&
        (thread->budget != 0 || thread->event_next != NULL || thread->event_endpoint != NULL))
        return "a thread that is bound nowhere has time or events";
    return NULL;
}

static const char *check_thread(const struct thread *thread)
{
    const struct cpu *cpu = (const struct cpu *)peek(&thread->cpu);
    const struct port *port = thread->invocation;
    unsigned depth = thread->is_guest ? CONFIG_INV_DEPTH_MAX : 0;

    for (; port != NULL; port = port->below, depth++)
        if (peek(&port->owner) != (word_t)thread || depth > 2 * CONFIG_INV_DEPTH_MAX)
            return "a port of a thread's stack has another owner";
    if (depth != thread->depth)
        return "the depth is not the number of ports";
    if (thread->process != (thread->invocation ? thread->invocation->process : thread->home))
        return "a thread is in the wrong process";
    if ((thread->state == THREAD_BLOCKED) != (thread->waiting != NULL))
        return "blocked without an endpoint, or the reverse";
    if (thread->waiting != NULL && peek(&thread->waiting->signal.waiter) != (word_t)thread)
        return "the endpoint does not know its waiter";
    if (thread->state == THREAD_READY && (cpu == NULL || thread->budget == 0))
        return "ready without a CPU or without time";
    if (((thread->special & SPECIAL_FINITE) != 0) != (thread->budget < BUDGET_INFINITE))
        return "the special word does not tell the budget";
    if (thread->budget > BUDGET_INIT || thread->priority > thread->priority_max)
        return "a budget or a priority is beyond its limit";
    return check_tree(thread);
}

static bool is_counted(const struct capability *slot)
{
    return type_of(slot) != CAP_KMEM && type_of(slot) != CAP_KFUNC;
}

/* Whether a word names a root that is there. */
static bool is_root(const struct capability *root, enum cap_type type)
{
    return granule_of(root) < GRANULES && holds(root) && !is_leaf(root) && type_of(root) == type;
}

/* A leaf names a root of its type and the same object; objects name roots. */
static const char *check_names(const struct capability *slot)
{
    const struct capability *root = (const struct capability *)peek(&slot->link);

    if (is_leaf(slot) && is_counted(slot) &&
        (!is_root(root, type_of(slot)) || root->object != slot->object))
        return "a leaf names no root of its type";
    if (is_leaf(slot))
        return NULL;
    if (type_of(slot) == CAP_PROCESS &&
        (!is_root((const struct capability *)peek(&slot->process.captable), CAP_CAPTABLE) ||
         (!CONFIG_RAW &&
          !is_root((const struct capability *)peek(&slot->process.pagetable), CAP_PAGETABLE))))
        return "a process has a table that is gone";
    if (type_of(slot) == CAP_THREAD &&
        !is_root(((const struct thread *)slot->object)->home, CAP_PROCESS))
        return "a thread has a process that is gone";
    if (type_of(slot) == CAP_INVOCATION &&
        !is_root(((const struct port *)slot->object)->process, CAP_PROCESS))
        return "a port has a process that is gone";
    return NULL;
}

/* An entry counts on both tables; the child is known where an entry says which it is. */
static void refer_children(const struct capability *slot)
{
    for (word_t i = 0; i >> pagetable_number_order(slot) == 0; i++) {
        struct pagetable_entry entry = pagetable_backend_get(slot, i);

        if (entry.kind != PAGETABLE_CHILD)
            continue;
        refer(slot);
        for (unsigned k = 0; k < slot_count; k++)
            if (holds(slots[k]) && !is_leaf(slots[k]) && type_of(slots[k]) == CAP_PAGETABLE &&
                (word_t)slots[k]->object == entry.address)
                refer(slots[k]);
    }
}

static void refer_all(const struct capability *slot)
{
    const struct thread *thread = slot->object;

    if (is_leaf(slot)) {
        if (is_counted(slot))
            refer((const struct capability *)peek(&slot->link));
        return;
    }
    if (type_of(slot) == CAP_PROCESS) {
        refer((const struct capability *)peek(&slot->process.captable));
        if (!CONFIG_RAW)
            refer((const struct capability *)peek(&slot->process.pagetable));
    }
    if (!CONFIG_RAW && type_of(slot) == CAP_PAGETABLE && space_names_children())
        refer_children(slot);
    if (type_of(slot) == CAP_THREAD) {
        refer(thread->home);
        if (thread->event_endpoint != NULL)
            refer(thread->event_endpoint);
    }
    if (type_of(slot) == CAP_INVOCATION)
        refer(((const struct port *)slot->object)->process);
}

/* Boot holds what it made, for ever: one reference more. */
bool invariants_is_held(const struct capability *slot)
{
    const struct capability *boot = (const struct capability *)(const void *)host_kmem;

    for (unsigned i = BOOT_THREAD; i < BOOT_SLOTS; i++) {
        const struct capability *first = boot[i].object;

        if (holds(&boot[i]) && type_of(&boot[i]) == CAP_CAPTABLE && slot >= first &&
            slot < first + boot[i].captable.entries)
            return true;
    }
    return slot >= boot && slot < boot + BOOT_SLOTS;
}

static const char *check_counts(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        word_t count = peek(&slots[i]->link), known = counts[i];

        if (!holds(slots[i]) || is_leaf(slots[i]) || type_of(slots[i]) == CAP_KMEM ||
            type_of(slots[i]) == CAP_KFUNC)
            continue;
        if (count < known)
            return "a root counts less than what refers to it";
        if (count > known + invariants_is_held(slots[i]) &&
            (type_of(slots[i]) != CAP_PAGETABLE || space_names_children()))
            return "a root counts more than what refers to it";
    }
    return CONFIG_RAW ? NULL : space_counts_broken(slots, counts, slot_count);
}

static const char *check_bitmap(void)
{
    for (unsigned i = 0; i < GRANULES / WORD_BITS; i++) {
        word_t marked = peek(&arch_kmem_bitmap()[i]);

        if ((marked & ~used[i]) != 0)
            return "kernel memory is marked without an object";
        if ((used[i] & ~marked) != 0)
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
    if (peek(&cpu->loaded) != process_space(cpu->current->process))
        return "another address space is loaded";
    return NULL;
}

static const char *check_objects(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        const struct capability *slot = slots[i];
        const char *broken = NULL;
        word_t header = peek(&slot->header);

        if (cap_state(header) == CAP_CREATING)
            return "a slot is left claimed";
        if (!holds(slot))
            continue;
        if (cap_type(header) == CAP_NONE || cap_type(header) > CAP_SIGNAL)
            return "a header is not legal";
        refer_all(slot);
        broken = check_names(slot);
        if (broken != NULL)
            return broken;
        if (is_leaf(slot))
            continue;
        if (bytes_of(slot) != 0)
            broken = take(slot->object, bytes_of(slot));
        if (broken == NULL && type_of(slot) == CAP_THREAD)
            broken = check_thread(slot->object);
        if (broken == NULL && !CONFIG_RAW && type_of(slot) == CAP_PAGETABLE &&
            pagetable_is_top(slot))
            broken = space_broken(slot);
        if (broken != NULL)
            return broken;
    }
    return NULL;
}

const char *invariants_broken(void)
{
    const char *broken = collect();

    memset(used, 0, sizeof(used));
    if (broken == NULL)
        broken = host_violation();
    if (broken == NULL)
        broken = check_objects();
    for (unsigned i = 0; i < HOST_LINES; i++)
        refer((const struct capability *)(peek(&arch_irq_table()[i].endpoint) & ~(word_t)IRQ_EDGE));
    if (broken == NULL)
        broken = check_counts();
    if (broken == NULL)
        broken = check_bitmap();
    for (unsigned i = 0; i < arch_cpu_count() && broken == NULL; i++)
        broken = check_cpu(arch_cpu(i));
    return broken;
}
