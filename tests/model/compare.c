/* SPDX-License-Identifier: Unlicense
 *
 * Everything that the kernel keeps, against the model: slots, objects, kernel memory, levels and
 * events in their order, registers, the MPU image, interrupt lines. Objects are the same if they
 * lie at the same address.
 */
#include "tests/model/compare.h"

#include "arch/memory.h"
#include "kernel/interrupt.h"
#include "kernel/invocation.h"
#include "kernel/pagetable.h"
#include "kernel/wake.h"
#include "tests/model/space.h"

#include <stdio.h>
#include <string.h>

static char text[200];

/* Looks on, as no CPU would: without the hooks of the host's atomics. */
static word_t peek(const shared_t *word)
{
    return atomic_load_explicit(&word->raw, memory_order_relaxed);
}

static bool differs(const char *what, word_t where, word_t expected, word_t seen)
{
    if (expected == seen)
        return false;
    snprintf(text, sizeof(text), "%s at offset %zx: expected %zx, seen %zx", what,
             (size_t)(where - m.machine.kmem), (size_t)expected, (size_t)seen);
    return true;
}

/* Where the kernel has an object: its memory, or its root slot. */
static word_t place(const struct m_object *object)
{
    if (object == NULL)
        return 0;
    return object->bytes != 0 ? object->address : object->root->at;
}

static word_t root_of(const struct m_object *object)
{
    return object == NULL ? 0 : object->root->at;
}

/* ---- Slots ---- */

static word_t rights_of(const struct m_slot *slot)
{
    if (slot->type == M_KFUNC)
        return slot->first << CAP_PAIR_SHIFT | slot->last;
    if (slot->type == M_PAGETABLE)
        return pagetable_rights(slot->rights, slot->low, slot->high);
    return slot->rights;
}

static bool extra_differs(const struct m_slot *slot, const struct capability *cap)
{
    const struct m_object *object = slot->object;

    switch (slot->type) {
    case M_KFUNC:
        return differs("first argument from", slot->at, slot->low, cap->kfunc.low) ||
               differs("first argument to", slot->at, slot->high, cap->kfunc.high);
    case M_KMEM:
        return differs("memory from", slot->at, slot->low, cap->kmem.begin) ||
               differs("memory to", slot->at, slot->high - 1, cap->kmem.end);
    case M_CAPTABLE:
        return differs("entries", slot->at, object->captable.entries, cap->captable.entries);
    case M_PAGETABLE:
        return differs("base", slot->at, object->pagetable.base, pagetable_base(cap)) ||
               differs("top", slot->at, object->pagetable.is_top, pagetable_is_top(cap)) ||
               differs("size", slot->at, object->pagetable.size_order, pagetable_size_order(cap)) ||
               differs("number", slot->at, object->pagetable.number_order,
                       pagetable_number_order(cap));
    case M_NONE:
    case M_PROCESS:
    case M_THREAD:
    case M_PORT:
    case M_SIGNAL:
    case M_TYPES:
    default:
        return false;
    }
}

static bool slot_differs(const struct m_slot *slot)
{
    static const enum cap_state states[] = {CAP_EMPTY, CAP_VALID, CAP_FROZEN};
    const struct capability *cap = (const struct capability *)slot->at;
    word_t header = peek(&cap->header);

    if (differs("slot state", slot->at, states[slot->state], cap_state(header)))
        return true;
    if (slot->state == M_EMPTY)
        return false;
    if (differs("slot type", slot->at, slot->type, cap_type(header)) ||
        differs("slot leaf", slot->at, slot->is_leaf, (header & CAP_LEAF) != 0) ||
        differs("rights", slot->at, rights_of(slot), cap->rights))
        return true;
    if (CONFIG_CPUS_MAX > 1 &&
        differs("stamp", slot->at, slot->stamp & QUIESCE_STAMP_MASK, cap_stamp(header)))
        return true;
    if (slot->object != NULL &&
        (differs(slot->is_leaf ? "root" : "references", slot->at,
                 slot->is_leaf ? root_of(slot->object) : slot->object->references,
                 peek(&cap->link)) ||
         differs("object", slot->at, place(slot->object), (word_t)cap->object)))
        return true;
    return extra_differs(slot, cap);
}

/* ---- Threads ---- */

static bool words_differ(const char *what, word_t where, const word_t *expected, const word_t *seen,
                         unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (differs(what, where, expected[i], seen[i]))
            return true;
    return false;
}

static bool registers_differ(const struct m_registers *r, const struct arch_context *c, word_t at)
{
    return differs("result", at, r->result, c->result) ||
           differs("value", at, r->value, c->value) || differs("entry", at, r->entry, c->entry) ||
           differs("stack", at, r->stack, c->stack) || differs("param", at, r->param, c->param) ||
           words_differ("crossing register", at, r->crossing, c->crossing, M_CROSSING) ||
           words_differ("call register", at, r->block, c->block, 8);
}

static bool ring_differs(const char *what, const struct m_list *list, const struct thread *first,
                         size_t next)
{
    const struct thread *thread = first;

    for (unsigned i = 0; i < list->count; i++) {
        if (differs(what, list->item[i]->address, list->item[i]->address, (word_t)thread))
            return true;
        thread = *(struct thread *const *)(const void *)((const char *)thread + next);
        if (i + 1 < list->count && thread == first)
            return differs(what, (word_t)first, list->count, i + 1);
    }
    return list->count == 0 ? differs(what, (word_t)first, 0, (word_t)first)
                            : differs(what, (word_t)first, (word_t)first, (word_t)thread);
}

static bool scheduling_differs(const struct m_thread *t, const struct thread *thread)
{
    static const enum thread_state states[] = {THREAD_READY, THREAD_BLOCKED, THREAD_EXHAUSTED,
                                               THREAD_FAULTED};
    word_t at = (word_t)thread;

    return differs("thread state", at, states[t->run], thread->state) ||
           differs("budget", at, t->budget, thread->budget) ||
           differs("priority limit", at, t->priority_max, thread->priority_max) ||
           differs("bound", at, t->is_bound ? (word_t)arch_cpu(0) : 0, peek(&thread->cpu)) ||
           differs("children", at, t->children, thread->children) ||
           differs("endpoint it waits at", at, root_of(t->waiting), (word_t)thread->waiting) ||
           ring_differs("events", &t->events, thread->events, offsetof(struct thread, event_next));
}

static bool binding_differs(const struct m_thread *t, const struct thread *thread)
{
    word_t at = (word_t)thread;

    if (!t->is_bound)
        return false;
    return differs("priority", at, t->priority, thread->priority) ||
           differs("scheduler", at, place(t->scheduler), (word_t)thread->scheduler) ||
           differs("event endpoint", at, root_of(t->endpoint), (word_t)thread->event_endpoint) ||
           differs("thread id", at, t->tid, thread->tid) ||
           (t->is_guest && differs("register area", at, t->area, (word_t)thread->guest_area));
}

static bool thread_differs(const struct m_object *object)
{
    const struct m_thread *t = &object->thread;
    const struct thread *thread = (const struct thread *)object->address;
    const struct arch_fpu *fpu = (const struct arch_fpu *)(const void *)(thread + 1);
    word_t at = object->address;

    return registers_differ(&t->registers, &thread->context, at) || scheduling_differs(t, thread) ||
           binding_differs(t, thread) ||
           differs("port", at, place(t->port), (word_t)thread->invocation) ||
           differs("process in force", at, root_of(m_process(object)), (word_t)thread->process) ||
           differs("home", at, root_of(t->home), (word_t)thread->home) ||
           differs("fault", at, t->fault_cause, thread->fault_cause) ||
           differs("fault address", at, t->fault_address, thread->fault_address) ||
           (t->has_fpu && object != m.current &&
            words_differ("FPU register", at, t->fpu, fpu->registers, M_FPU));
}

/* ---- Other objects ---- */

static bool pagetable_differs(const struct m_object *object)
{
    const struct m_pagetable *table = &object->pagetable;
    const struct capability *cap = (const struct capability *)object->root->at;

    if (CONFIG_RAW)
        return false; /* there are none */
    for (word_t i = 0; i >> table->number_order == 0; i++) {
        struct pagetable_entry entry = pagetable_backend_get(cap, i);
        word_t kind = table->page[i]            ? PAGETABLE_PAGE
                      : table->child[i] != NULL ? PAGETABLE_CHILD
                                                : PAGETABLE_NOTHING;

        if (differs("entry", object->address, kind, entry.kind) ||
            (table->page[i] &&
             (differs("page flags", object->address, m_page_flags(table, i), entry.flags) ||
              differs("page", m.machine.kmem, m_page_address(table, i), entry.address))))
            return true;
    }
    if (differs("detach stamp", object->address, table->detached, peek(&cap->pagetable.detached)))
        return true;
    if (!table->is_top)
        return false;
    if (image_differs(object, text, sizeof(text)))
        return true;
    return false;
}

static bool process_differs(const struct m_object *object)
{
    const struct capability *cap = (const struct capability *)object->root->at;
    word_t space = CONFIG_RAW ? object->process.raw : root_of(object->process.pagetable);

    return differs("captable of process", object->root->at, root_of(object->process.captable),
                   peek(&cap->process.captable)) ||
           differs("space of process", object->root->at, space, peek(&cap->process.pagetable));
}

static bool port_differs(const struct m_object *object)
{
    const struct port *port = (const struct port *)object->address;
    const struct m_port *p = &object->port;
    word_t at = object->address;

    if (differs("owner of port", at, place(p->owner), peek(&port->owner)) ||
        differs("process of port", at, root_of(p->process), (word_t)port->process) ||
        differs("entry of port", at, p->entry, port->entry) ||
        differs("stack of port", at, p->stack, port->stack) ||
        differs("return on fault", at, p->return_on_fault, port->return_on_fault != 0))
        return true;
    if (p->owner == NULL)
        return false;
    return differs("port below", at, place(p->below), (word_t)port->below) ||
           differs("way back", at, p->saved_entry, port->saved.entry) ||
           differs("stack of way back", at, p->saved_stack, port->saved.stack);
}

static bool signal_differs(const struct m_object *object)
{
    const struct capability *cap = (const struct capability *)object->root->at;
    word_t count = object->signal.count | (object->signal.dropped ? SIGNAL_STICKY : 0);

    return differs("signals", object->root->at, count, peek(&cap->signal.count)) ||
           differs("waiter", object->root->at, place(object->signal.waiter),
                   peek(&cap->signal.waiter));
}

static bool table_differs(const struct m_object *table);

static bool object_differs(const struct m_slot *slot)
{
    switch (slot->type) {
    case M_CAPTABLE:
        return slot->object != m.boot_table && table_differs(slot->object);
    case M_PAGETABLE:
        return pagetable_differs(slot->object);
    case M_PROCESS:
        return process_differs(slot->object);
    case M_THREAD:
        return thread_differs(slot->object);
    case M_PORT:
        return port_differs(slot->object);
    case M_SIGNAL:
        return signal_differs(slot->object);
    case M_NONE:
    case M_KFUNC:
    case M_KMEM:
    case M_TYPES:
    default:
        return false;
    }
}

static bool table_differs(const struct m_object *table)
{
    for (word_t i = 0; i < table->captable.entries; i++) {
        const struct m_slot *slot = &table->captable.slots[i];

        if (slot_differs(slot))
            return true;
        if (slot->state != M_EMPTY && !slot->is_leaf && object_differs(slot))
            return true;
    }
    return false;
}

/* ---- The CPU and the machine ---- */

static bool memory_differs(void)
{
    for (unsigned i = 0; i < HOST_KMEM_BYTES / KMEM_GRANULE / WORD_BITS; i++)
        if (differs("bitmap", m.machine.kmem + i * WORD_BITS * KMEM_GRANULE, m.marked[i],
                    peek(&arch_kmem_bitmap()[i])))
            return true;
    return memcmp(host_guests, m.guest, HOST_GUEST_BYTES) != 0 &&
           words_differ("guest window", m.machine.kmem, m.guest,
                        (const word_t *)(const void *)host_guests,
                        HOST_GUEST_BYTES / sizeof(word_t));
}

static bool lines_differ(void)
{
    for (unsigned i = 0; i < m.machine.lines; i++) {
        const struct m_line *line = &m.line[i];
        word_t binding = root_of(line->endpoint);

        if (line->endpoint != NULL && line->is_edge)
            binding |= IRQ_EDGE;
        if (differs("line bound", m.machine.kmem + i, binding,
                    peek(&arch_irq_table()[i].endpoint)) ||
            differs("line enabled", m.machine.kmem + i, line->is_enabled, arch_irq_is_enabled(i)) ||
            differs("line not delivered", m.machine.kmem + i, 0,
                    line->is_pending && line->is_enabled))
            return true;
    }
    return false;
}

static bool time_differs(const struct cpu *cpu)
{
    bool is_finite = m.current->thread.budget < BUDGET_INFINITE;
    word_t latest;

    if (differs("charged up to", m.machine.kmem, is_finite ? m.last : 0,
                is_finite ? cpu->arch.last : 0) ||
        differs("deadline", m.machine.kmem, m.deadline_armed, cpu->deadline_armed) ||
        (m.deadline_armed && differs("deadline", m.machine.kmem, m.deadline, cpu->deadline)) ||
        differs("exhausted, not told", m.machine.kmem, 0, place(m.exhausted)) ||
        differs("request not served", m.machine.kmem, 0, m.tick_asked))
        return true;
    return m_timer_due(&latest) && (sword_t)(cpu->arch.deadline - latest) > 0 &&
           differs("timer armed too late", m.machine.kmem, latest, cpu->arch.deadline);
}

static bool cpu_differs(const struct cpu *cpu)
{
    word_t space = CONFIG_RAW ? m.loaded_raw : place(m.loaded);

    if (differs("running thread", m.machine.kmem, place(m.current), (word_t)cpu->current) ||
        differs("loaded", m.machine.kmem, space, peek(&cpu->loaded)) ||
        differs("in the hardware", m.machine.kmem, space, host_loaded) ||
        differs("stray", m.machine.kmem, m.stray, cpu->stray_interrupts) ||
        differs("flushed", m.machine.kmem, m.flushed, peek(&cpu->flushed)))
        return true;
    if (CONFIG_CPUS_MAX > 1 && differs("epoch seen", m.machine.kmem, m.seen, peek(&cpu->seen)))
        return true;
    if (differs("FPU on", m.machine.kmem, m.current->thread.has_fpu, host_fpu_is_on) ||
        (host_fpu_is_on && words_differ("FPU", m.machine.kmem, m.fpu, host_fpu.registers, M_FPU)))
        return true;
    for (unsigned level = 0; level < CONFIG_PRIORITIES; level++)
        if (ring_differs("level", &m.ready[level], cpu->ready[level],
                         offsetof(struct thread, next)))
            return true;
    return time_differs(cpu);
}

const char *difference(void)
{
    if (cpu_differs(arch_cpu(0)) || table_differs(m.boot_table) || memory_differs() ||
        lines_differ())
        return text;
    return NULL;
}
