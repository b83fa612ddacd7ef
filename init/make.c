/* SPDX-License-Identifier: Unlicense */
#include "init/make.h"

#include "config.h"
#include "init/time.h"
#include "rme/print.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "rme/string.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_kmem_t kmem = {{BOOT_KMEM}};

/* Kernel memory that boot has left: offsets of the table are behind this. */
static word_t kmem_base;

static void must(sword_t status, const char *what, const char *name)
{
    if (status >= 0)
        return;
    rme_print("init: %s %s: the kernel refused with status %d\n", what, name, (int)status);
    for (;;) {
    }
}

static word_t memory_at(word_t offset)
{
    return kmem_base + offset;
}

/* ---- Objects ---- */

static void make_captables(void)
{
    const struct boot_captable *each = table_section(table->captables);

    for (word_t i = 0; i < table->captables.count; i++)
        must(rme_captable_create(own, each[i].slot, kmem, memory_at(each[i].memory),
                                 each[i].entries),
             "capability table of", "init");
}

static void make_signals(void)
{
    const struct boot_signal *each = table_section(table->signals);

    for (word_t i = 0; i < table->signals.count; i++) {
        struct slot slot = slot_of(each[i].id);

        must(rme_signal_create(slot.table, slot.index), "signal", table_name(each[i].name));
    }
}

static void make_pagetables(void)
{
    const struct boot_pagetable *each = table_section(table->pagetables);

    for (word_t i = 0; i < table->pagetables.count; i++) {
        struct slot slot = slot_of(each[i].id);

        must(rme_pagetable_create(slot.table, slot.index, kmem, memory_at(each[i].memory),
                                  each[i].base, each[i].size_order, each[i].number_order),
             "a page table", "");
        if (each[i].parent != CAP_NULL)
            must(rme_pagetable_construct((rme_pagetable_t){{each[i].parent}}, each[i].position,
                                         (rme_pagetable_t){{each[i].id}}, 0),
                 "a page table", "");
    }
}

static void make_pages(void)
{
    const struct boot_page_run *run = table_section(table->pages);

    for (word_t i = 0; i < table->pages.count; i++, run++) {
        for (word_t j = 0; j < run->count; j++) {
            word_t address = run->address + (j << run->order);
            struct rme_piece piece;

            must(rme_memory_piece(address, run->order, &piece) ? 0 : STATUS_BOUNDS,
                 "memory that this machine does not have", "");
            must(rme_pagetable_add((rme_pagetable_t){{run->table}}, run->position + j, run->flags,
                                   piece.table, piece.position, piece.index),
                 "a page", "");
        }
    }
}

static void make_process(const struct boot_process *process)
{
    struct slot captable = slot_of(process->captable), slot = slot_of(process->id);
    const char *name = table_name(process->name);

    must(rme_captable_create(captable.table, captable.index, kmem,
                             memory_at(process->captable_memory), process->captable_entries),
         "capability table of", name);
    must(rme_process_create(slot.table, slot.index, (rme_captable_t){{process->captable}},
                            (rme_pagetable_t){{process->space}}, rme_kfunc_null()),
         "process", name);
}

static void make_thread(const struct boot_thread *thread)
{
    struct slot slot = slot_of(thread->id);

    must(rme_thread_create(slot.table, slot.index, kmem, memory_at(thread->memory),
                           (rme_process_t){{table_process(thread->process)->id}},
                           thread->priority_max, thread->attributes),
         "thread", table_name(thread->name));
}

static void make_port(const struct boot_port *port)
{
    struct slot slot = slot_of(port->id);

    must(rme_invocation_create(slot.table, slot.index, kmem, memory_at(port->memory),
                               (rme_process_t){{table_process(port->process)->id}}),
         "port", table_name(port->name));
}

/* ---- Rights ---- */

static void give(const struct boot_capability *capability)
{
    struct slot source = slot_of(capability->source);
    const struct boot_process *process = table_process(capability->process);

    must(rme_captable_delegate((rme_captable_t){{process->captable}}, capability->slot,
                               source.table, source.index, capability->rights, capability->low,
                               capability->high),
         "capability", table_name(capability->name));
}

static void bind_line(const struct boot_interrupt *interrupt)
{
    const rme_kfunc_t all = {{BOOT_KFUNC}};

    must(rme_kfunc_call(all, RME_KFN_INT_BIND, interrupt->line, interrupt->endpoint, 0, 0, 0),
         "interrupt", table_name(interrupt->name));
    must(rme_kfunc_call(all, RME_KFN_INT_LOCAL_MOD, interrupt->line, 1, 1, 0, 0), "interrupt",
         table_name(interrupt->name));
}

/* ---- A process begins ---- */

static struct rme_stubs stubs_of(const struct boot_process *process)
{
    return (struct rme_stubs){process->begin, process->end, process->serve};
}

/* The frame is laid before the port is set, but on a stack that nobody uses: an active port
 * refuses. */
static sword_t set_port(const struct boot_process *process, const struct boot_port *port)
{
    struct rme_stubs stubs = stubs_of(process);
    word_t entry;
    word_t seen = rme_stack_prepare_server_for(&stubs, (void *)port->stack_seen, port->stack_bytes,
                                               port->entry, &entry);

    return rme_invocation_set((rme_invocation_t){{port->id}}, entry,
                              seen - port->stack_seen + port->stack, port->returns_on_fault);
}

/* A port that goes to address 0 sends everybody home: that is how one is asked whether it is empty,
 * and kept so. */
static bool is_empty(const struct boot_process *process)
{
    for (word_t i = process->port; i < process->port + process->ports; i++)
        if (rme_invocation_set((rme_invocation_t){{table_port(i)->id}}, 0, table_port(i)->stack,
                               true) != STATUS_OK)
            return false;
    return true;
}

bool make_fresh(const struct boot_process *process)
{
    if (!is_empty(process))
        return false;
    (void)memcpy((void *)process->data, (const void *)process->load, process->data_bytes);
    (void)memset((void *)process->zero, 0, process->zero_bytes);
    for (word_t i = process->thread; i < process->thread + process->threads; i++)
        (void)memset((void *)table_thread(i)->stack_seen, 0, table_thread(i)->stack_bytes);
    for (word_t i = process->port; i < process->port + process->ports; i++) {
        (void)memset((void *)table_port(i)->stack_seen, 0, table_port(i)->stack_bytes);
        must(set_port(process, table_port(i)), "port", table_name(table_port(i)->name));
    }
    return true;
}

rme_thread_t make_own(struct own_thread thread)
{
    return rme_thread_make(&(struct rme_thread_plan){
        .process = {{BOOT_PROCESS}},
        .entry = thread.run,
        .stack = thread.stack,
        .stack_bytes = thread.stack_bytes,
        .param = thread.param,
        .priority = thread.priority,
        .priority_max = CONFIG_PRIORITIES - 1,
        .budget = BUDGET_INFINITE,
        .scheduler = {{BOOT_THREAD}},
        .endpoint = rme_signal_null(),
    });
}

void make_run(word_t i, rme_signal_t events)
{
    const struct boot_thread *thread = table_thread(i);
    const rme_thread_t handle = {{thread->id}}, init = {{BOOT_THREAD}};
    const char *name = table_name(thread->name);
    struct rme_stubs stubs = stubs_of(table_process(thread->process));
    rme_signal_t endpoint = {{thread->endpoint}};
    word_t seen = rme_stack_prepare_for(&stubs, (void *)thread->stack_seen, thread->stack_bytes);

    if (thread->endpoint == CAP_NULL)
        endpoint = events;
    must(rme_thread_bind(handle, (rme_thread_t){{thread->scheduler}}, endpoint, i, thread->priority,
                         rme_kmem_null(), 0),
         "thread", name);
    must(rme_thread_exec_set(handle, thread->entry, seen - thread->stack_seen + thread->stack,
                             thread->parameter_time != 0 ? time_in_counts(thread->parameter_time)
                                                         : thread->parameter),
         "thread", name);
    must(rme_thread_transfer_time(handle, init,
                                  thread->budget == BOOT_TIME_INFINITE
                                      ? BUDGET_INFINITE
                                      : time_in_counts(thread->budget)),
         "thread", name);
}

void make_system(void)
{
    const struct boot_capability *capability = table_section(table->capabilities);
    const struct boot_interrupt *interrupt = table_section(table->interrupts);
    const struct boot_shared *shared = table_section(table->shared);
    word_t align = table->kmem_align - 1;

    kmem_base = (rme_boot.kmem_free + align) & ~align;
    must(table->kmem_bytes <= rme_boot.kmem_bytes - kmem_base ? 0 : STATUS_MEMORY,
         "kernel memory of", "the system");
    (void)memset((void *)table->state, 0, table->state_bytes);
    make_captables();
    make_signals();
    make_pagetables();
    make_pages();
    for (word_t i = 0; i < table->processes.count; i++)
        make_process(table_process(i));
    for (word_t i = 0; i < table->threads.count; i++)
        make_thread(table_thread(i));
    for (word_t i = 0; i < table->ports.count; i++)
        make_port(table_port(i));
    for (word_t i = 0; i < table->capabilities.count; i++)
        give(&capability[i]);
    for (word_t i = 0; i < table->interrupts.count; i++)
        bind_line(&interrupt[i]);
    for (word_t i = 0; i < table->shared.count; i++)
        (void)memset((void *)shared[i].base, 0, shared[i].bytes);
    for (word_t i = 0; i < table->processes.count; i++) {
        state_of(i)->threads = table_process(i)->threads;
        (void)make_fresh(table_process(i));
    }
}
