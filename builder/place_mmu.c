/* SPDX-License-Identifier: Unlicense
 *
 * Placement on a machine with an MMU: every process has an address space of its own from the same
 * virtual base, of pages of 4 KiB: text, rodata, data and heap, then each stack behind a page that
 * is not there, then shared memories. Frames are given out in the order of the description.
 */
#include "builder/place.h"

#include "abi/calls.h"

enum { PAGE_ORDER = 12, NUMBER_ORDER = 9, TOP_ORDER = 39, TOP_NUMBER_ORDER = 8 };

static const uint64_t page = (uint64_t)1 << PAGE_ORDER;
static const uint64_t virtual_base = 0x400000;

static const unsigned text_flags = PAGE_READ | PAGE_EXECUTE | PAGE_CACHE | PAGE_BUFFER;
static const unsigned rodata_flags = PAGE_READ | PAGE_CACHE | PAGE_BUFFER;
static const unsigned data_flags = PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER;

static uint64_t pages(uint64_t bytes)
{
    return align_up(bytes, page);
}

/* Frames of nobody else. */
static uint64_t take(struct placement *placement, uint64_t bytes)
{
    uint64_t frames = placement->ram;

    placement->ram += pages(bytes);
    return frames;
}

/* ---- Tables ---- */

static struct page_table *find_table(const struct layout *layout, uint64_t base,
                                     unsigned size_order)
{
    LIST_EACH(page_table, table, layout->tables)
        if (table->base == base && table->size_order == size_order)
            return table;
    return NULL;
}

/* The table whose entries have 2^size_order bytes, for an address; made if there is none. */
static struct page_table *table_for(struct layout *layout, uint64_t address, unsigned size_order)
{
    unsigned order = size_order + NUMBER_ORDER;
    uint64_t base = address >> order << order;
    struct page_table *table, *parent;

    if (size_order == TOP_ORDER)
        return layout->tables.item[0];
    table = find_table(layout, base, size_order);
    if (table != NULL)
        return table;
    parent = table_for(layout, address, order);
    table = list_add(&layout->tables, sizeof(*table));
    *table = (struct page_table){
        .parent = parent,
        .position = (unsigned)(address >> order) & ((1u << NUMBER_ORDER) - 1),
        .base = base,
        .size_order = size_order,
        .number_order = NUMBER_ORDER,
    };
    return table;
}

static void make_top(struct layout *layout)
{
    struct page_table *top = list_add(&layout->tables, sizeof(*top));

    *top = (struct page_table){
        .base = PAGETABLE_TOP, .size_order = TOP_ORDER, .number_order = TOP_NUMBER_ORDER};
}

/* Runs end where a table does. */
static void map(struct layout *layout, uint64_t address, uint64_t frames, uint64_t bytes,
                unsigned flags)
{
    const uint64_t reach = page << NUMBER_ORDER;
    uint64_t end = address + pages(bytes);

    while (address < end) {
        uint64_t stop =
            address / reach * reach + reach < end ? address / reach * reach + reach : end;
        struct run *run = list_add(&layout->runs, sizeof(*run));

        run->table = table_for(layout, address, PAGE_ORDER);
        run->position = (unsigned)((address - run->table->base) >> PAGE_ORDER);
        run->count = (unsigned)((stop - address) >> PAGE_ORDER);
        run->flags = flags;
        run->address = frames;
        frames += stop - address;
        address = stop;
    }
}

/* ---- A process ---- */

static struct block *add_block(struct layout *layout, const char *name, uint64_t base,
                               uint64_t wanted, unsigned flags)
{
    struct block *block = list_add(&layout->blocks, sizeof(*block));

    *block = (struct block){.name = name,
                            .flags = flags,
                            .wanted = wanted,
                            .granted = pages(wanted),
                            .align = page,
                            .base = base,
                            .order = PAGE_ORDER,
                            .is_own = true};
    return block;
}

/* What is read only lies where it was loaded. */
static uint64_t place_code(struct placement *placement, struct layout *layout)
{
    uint64_t rodata_load;

    layout->code = virtual_base;
    layout->code_load = take(placement, layout->text_bytes);
    layout->rodata = layout->code + pages(layout->text_bytes);
    rodata_load = take(placement, layout->rodata_bytes);
    map(layout, layout->code, layout->code_load, layout->text_bytes, text_flags);
    map(layout, layout->rodata, rodata_load, layout->rodata_bytes, rodata_flags);
    (void)add_block(layout, "text", layout->code_load, layout->text_bytes, text_flags);
    (void)add_block(layout, "rodata", rodata_load, layout->rodata_bytes, rodata_flags);
    layout->load = take(placement, layout->data_bytes);
    return layout->rodata + pages(layout->rodata_bytes);
}

static uint64_t align_of(const struct program *program, const char *name)
{
    const struct section *section = program_section(program, name);

    return section != NULL && section->align > 16 ? section->align : 16;
}

static uint64_t place_data(struct placement *placement, struct process *process, uint64_t address)
{
    struct layout *layout = process->layout;
    uint64_t bss = align_up(layout->data_bytes, align_of(layout->program, ".bss"));
    uint64_t heap = align_up(bss + layout->bss_bytes, 16);
    uint64_t bytes = heap + process->heap.value;

    layout->data = address;
    layout->data_seen = take(placement, bytes);
    layout->bss = address + bss;
    layout->zero_seen = layout->data_seen + bss;
    layout->zero_bytes = bytes - bss;
    layout->heap = address + heap;
    map(layout, address, layout->data_seen, bytes, data_flags);
    (void)add_block(layout, "data", layout->data_seen, bytes, data_flags);
    return address + pages(bytes);
}

/* A page that is not there, and the stack above it. */
static uint64_t place_stack(struct placement *placement, struct layout *layout, const char *name,
                            uint64_t address, uint64_t *bytes, uint64_t *seen)
{
    uint64_t wanted = *bytes;

    *bytes = pages(wanted);
    *seen = take(placement, *bytes);
    map(layout, address + page, *seen, *bytes, data_flags);
    (void)add_block(layout, memory_format("stack %s", name), *seen, wanted, data_flags);
    return address + page;
}

/* The frames are there already; every process sees them behind what is its own. */
static void place_shared(struct process *process, uint64_t next)
{
    struct layout *layout = process->layout;

    LIST_EACH(grant, grant, process->shared) {
        const struct shared *shared = grant->granted;
        struct block *block;

        map(layout, next, shared->base, shared->bytes, grant->rights | PAGE_CACHE | PAGE_BUFFER);
        block = add_block(layout, memory_format("shared %s", shared->name.text), shared->base,
                          shared->size.value, grant->rights | PAGE_CACHE | PAGE_BUFFER);
        block->is_own = false;
        grant->address = next;
        next += shared->bytes + page;
    }
}

static void place_process(struct placement *placement, struct process *process)
{
    struct layout *layout = process->layout;
    uint64_t next;

    make_top(layout);
    next = place_code(placement, layout);
    next = place_data(placement, process, next);
    LIST_EACH(thread, thread, process->threads) {
        thread->stack_base = place_stack(placement, layout, thread->name.text, next,
                                         &thread->stack_bytes, &thread->stack_load);
        next = thread->stack_base + thread->stack_bytes;
    }
    LIST_EACH(port, port, process->ports) {
        port->stack_base = place_stack(placement, layout, port->name.text, next, &port->stack_bytes,
                                       &port->stack_load);
        next = port->stack_base + port->stack_bytes;
    }
    place_shared(process, next + page);
}

void place_mmu(struct placement *placement)
{
    const struct board *board = placement->board;
    const struct range *range = board->ranges.item[board->ranges.count - 1];

    placement->ram = board->ram + board->ram_bytes;
    placement->ram_end = range->base + range->size;
    LIST_EACH(shared, shared, placement->system->shared) {
        shared->bytes = pages(shared->size.value);
        shared->base = take(placement, shared->bytes);
    }
    LIST_EACH(process, process, placement->system->processes)
        place_process(placement, process);
    (void)place_has_room(placement, false);
}
