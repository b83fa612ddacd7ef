/* SPDX-License-Identifier: Unlicense
 *
 * Placement on a machine with an MPU, whose regions are powers of two with eight sub-regions.
 *
 * A process has blocks: code, data (its stacks at the bottom, so that an overflow of the lowest
 * leaves the block), shared memories, devices. Where they lie and of what granules they are is the
 * solver's affair (solve.h); each window of eight granules that a block touches is one page table
 * of the kernel and one region. First contents of data lie behind all code, where init alone sees
 * them.
 */
#include "builder/place.h"

#include "abi/calls.h"
#include "builder/solve.h"
#include "builder/units.h"

#include <inttypes.h>
#include <string.h>

static const unsigned code_flags = PAGE_READ | PAGE_EXECUTE | PAGE_CACHE;
static const unsigned data_flags = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER;

/* ---- Blocks ---- */

static uint64_t stacks_of(const struct process *process)
{
    uint64_t bytes = 0;

    LIST_EACH(thread, thread, process->threads)
        bytes += thread->stack_bytes;
    LIST_EACH(port, port, process->ports)
        bytes += port->stack_bytes;
    return bytes;
}

static uint64_t align_of(const struct program *program, const char *name)
{
    const struct section *section = program_section(program, name);

    return section != NULL && section->align > 8 ? section->align : 8;
}

/* Where data begins behind the stacks, and bss behind data, relative to an aligned block. */
static uint64_t data_offset(const struct process *process)
{
    return align_up(stacks_of(process), align_of(process->layout->program, ".data"));
}

static uint64_t bss_offset(const struct process *process)
{
    return align_up(data_offset(process) + process->layout->data_bytes,
                    align_of(process->layout->program, ".bss"));
}

static uint64_t heap_offset(const struct process *process)
{
    return align_up(bss_offset(process) + process->layout->bss_bytes, 8);
}

static uint64_t rodata_offset(const struct process *process)
{
    return align_up(process->layout->text_bytes, align_of(process->layout->program, ".rodata"));
}

static struct block *add_block(struct process *process, const char *name, uint64_t wanted,
                               unsigned flags)
{
    struct block *block = list_add(&process->layout->blocks, sizeof(*block));

    *block =
        (struct block){.name = name, .wanted = wanted, .flags = flags, .align = 8, .is_own = true};
    return block;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void add_own(struct process *process)
{
    const struct program *program = process->layout->program;
    uint64_t code = rodata_offset(process) + process->layout->rodata_bytes;
    uint64_t data = heap_offset(process) + process->heap.value;
    struct block *block = add_block(process, "code", code, code_flags | PAGE_STATIC);

    block->is_code = true;
    block->align = larger(align_of(program, ".text"), align_of(program, ".rodata"));
    if (data == 0)
        return;
    block = add_block(process, "data", data, data_flags | PAGE_STATIC);
    block->align = larger(align_of(program, ".data"), align_of(program, ".bss"));
}

static void add_devices(struct process *process)
{
    LIST_EACH(grant, grant, process->devices) {
        const struct device *device = grant->granted;
        struct block *block =
            add_block(process, memory_format("device %s", device->name), device->size,
                      (grant->rights & (PAGE_READ | PAGE_WRITE)) | PAGE_BUFFER | PAGE_STATIC);

        block->base = device->base;
        block->is_own = false;
    }
}

static void add_shared(struct placement *placement, struct process *process)
{
    LIST_EACH(grant, grant, process->shared)
        LIST_EACH(shared, shared, placement->system->shared) {
            struct block *block;

            if (shared != grant->granted)
                continue;
            block = add_block(process, memory_format("shared %s", shared->name.text),
                              shared->size.value,
                              grant->rights | PAGE_CACHE | PAGE_BUFFER | PAGE_STATIC);
            block->is_own = false;
            block->shared = shared;
            if (shared->block == NULL)
                shared->block = block;
        }
}

/* ---- Tables ---- */

static struct page_table *add_table(struct process *process, uint64_t base, unsigned size_order,
                                    unsigned number_order)
{
    struct page_table *table = list_add(&process->layout->tables, sizeof(*table));
    struct page_table *top = process->layout->tables.item[0];

    *table =
        (struct page_table){.base = base, .size_order = size_order, .number_order = number_order};
    if (table != top) {
        table->parent = top;
        table->position = (unsigned)process->layout->tables.count - 2;
    }
    return table;
}

static void add_run(struct process *process, struct page_table *table, const struct block *block,
                    uint64_t begin, uint64_t end)
{
    struct run *run = list_add(&process->layout->runs, sizeof(*run));

    *run = (struct run){
        .table = table,
        .position = (unsigned)((begin - table->base) >> table->size_order),
        .count = (unsigned)((end - begin) >> table->size_order),
        .flags = block->flags,
        .address = begin,
    };
}

/* A block that is one aligned power of two is one page; else its windows are tables of eighths. */
static void add_tables(struct process *process, const struct block *block)
{
    uint64_t window = (uint64_t)1 << (block->order + SOLVE_EIGHTHS);
    uint64_t end = block->base + block->granted;

    if (block->granted == (uint64_t)1 << block->order) {
        add_run(process, add_table(process, block->base, block->order, 0), block, block->base, end);
        return;
    }
    for (uint64_t base = block->base / window * window; base < end; base += window) {
        uint64_t from = base < block->base ? block->base : base;
        uint64_t to = end < base + window ? end : base + window;

        add_run(process, add_table(process, base, block->order, SOLVE_EIGHTHS), block, from, to);
    }
}

static unsigned log_up(unsigned count)
{
    unsigned order = 0;

    while (1u << order < count)
        order++;
    return order;
}

static void build_tables(struct process *process)
{
    unsigned count = 0;
    struct page_table *top;

    LIST_EACH(block, block, process->layout->blocks)
        count += solve_windows(block);
    top = add_table(process, PAGETABLE_TOP, 32, log_up(count));
    top->parent = NULL;
    LIST_EACH(block, block, process->layout->blocks)
        add_tables(process, block);
}

/* ---- Results ---- */

static const struct block *block_of(const struct process *process, const char *name)
{
    LIST_EACH(block, block, process->layout->blocks)
        if (strcmp(block->name, name) == 0)
            return block;
    return NULL;
}

static void settle_stacks(struct process *process, uint64_t base)
{
    LIST_EACH(thread, thread, process->threads) {
        thread->stack_base = thread->stack_load = base;
        base += thread->stack_bytes;
    }
    LIST_EACH(port, port, process->ports) {
        port->stack_base = port->stack_load = base;
        base += port->stack_bytes;
    }
}

static void settle(struct placement *placement, struct process *process)
{
    struct layout *layout = process->layout;
    const struct block *code = block_of(process, "code"), *data = block_of(process, "data");
    uint64_t base = data != NULL ? data->base : placement->ram;

    layout->code = layout->code_load = code->base;
    layout->rodata = code->base + rodata_offset(process);
    layout->data = layout->data_seen = base + data_offset(process);
    layout->bss = layout->zero_seen = base + bss_offset(process);
    layout->heap = base + heap_offset(process);
    layout->zero_bytes = layout->heap + process->heap.value - layout->zero_seen;
    layout->load = align_up(placement->image, 8);
    placement->image = layout->load + layout->data_bytes;
    settle_stacks(process, base);
}

/* What the solver places: code and data of each process, each shared memory once. */
static void add_pieces(struct solver *solver, struct system *system)
{
    LIST_EACH(process, process, system->processes)
        LIST_EACH(block, block, process->layout->blocks)
            if (block->is_own || (block->shared != NULL && block->shared->block == block))
                list_append(&solver->pieces, block);
}

/* All users of a shared memory see it where it is. */
static void copy_shared(struct system *system)
{
    LIST_EACH(process, process, system->processes)
        LIST_EACH(block, block, process->layout->blocks) {
            const struct block *first = block->shared != NULL ? block->shared->block : NULL;

            if (first == NULL)
                continue;
            block->base = first->base;
            block->order = first->order;
            block->granted = first->granted;
        }
    LIST_EACH(shared, shared, system->shared)
        if (shared->block != NULL) {
            shared->base = shared->block->base;
            shared->bytes = shared->block->granted;
        }
    LIST_EACH(process, process, system->processes)
        LIST_EACH(grant, grant, process->shared)
            grant->address = ((const struct shared *)grant->granted)->base;
}

void place_mpu(struct placement *placement)
{
    struct solver solver = {.placement = placement};

    LIST_EACH(shared, shared, placement->system->shared)
        shared->block = NULL;
    LIST_EACH(process, process, placement->system->processes) {
        add_own(process);
        add_shared(placement, process);
        add_devices(process);
    }
    add_pieces(&solver, placement->system);
    if (!solve(&solver))
        return;
    copy_shared(placement->system);
    LIST_EACH(process, process, placement->system->processes) {
        build_tables(process);
        settle(placement, process);
    }
}
