/* SPDX-License-Identifier: Unlicense */
#include "builder/objects.h"

#include "abi/types.h"
#include "builder/units.h"

/* abi/types.h says it for words of this host: ids of 32 and of 64 bits have other layouts. */
uint64_t object_id_in(const struct board *board, unsigned table, unsigned index)
{
    if (board->machine->word_bytes == 4)
        return (uint64_t)table << 8 | 0x80 | index;
    return (uint64_t)table << 16 | index;
}

uint64_t object_id_null(const struct board *board)
{
    return board->machine->word_bytes == 4 ? 0x8000 : 0x80000000;
}

static uint64_t slot_bytes(const struct board *board)
{
    return 8 * (uint64_t)board->machine->word_bytes;
}

static uint64_t take(struct objects *objects, uint64_t bytes, uint64_t align)
{
    uint64_t memory = align_up(objects->bytes, align);

    objects->bytes = memory + align_up(bytes, KMEM_GRANULE);
    return memory;
}

static struct object *add(struct objects *objects, const char *type, const char *name,
                          uint64_t bytes, uint64_t align)
{
    struct object *object = list_add(&objects->all, sizeof(*object));

    object->type = type;
    object->name = name;
    object->bytes = align_up(bytes, KMEM_GRANULE);
    object->memory = bytes != 0 ? take(objects, bytes, align) : 0;
    return object;
}

/* The kernel's headers of tables with an MPU: kernel/pagetable_mpu.c. */
static uint64_t table_bytes(const struct board *board, const struct page_table *table)
{
    enum { TOP = 128, INNER = 16, WHOLE = 4096 };

    if (board->has_mmu)
        return WHOLE;
    return (table->parent == NULL ? TOP : INNER) +
           ((uint64_t)board->machine->word_bytes << table->number_order);
}

static uint64_t table_align(const struct board *board)
{
    return board->has_mmu ? 4096 : KMEM_GRANULE;
}

/* Whoever visits a process that is halted must find nothing. */
static void add_nowhere(struct objects *objects, const struct placement *placement)
{
    const struct page_table empty = {.number_order = 0};
    bool has_ports = false;

    LIST_EACH(process, process, placement->system->processes)
        has_ports |= process->ports.count != 0;
    if (has_ports)
        objects->nowhere =
            add(objects, "pagetable", "nowhere", table_bytes(placement->board, &empty),
                table_align(placement->board));
}

static void add_process(struct objects *objects, const struct board *board, struct process *process)
{
    const struct machine *machine = board->machine;
    uint64_t entries = process->capabilities.count != 0 ? process->capabilities.count : 1;

    process->captable =
        add(objects, "captable", process->name.text, entries * slot_bytes(board), KMEM_GRANULE);
    LIST_EACH(page_table, table, process->layout->tables)
        table->object = add(objects, "pagetable", process->name.text, table_bytes(board, table),
                            table_align(board));
    process->space = ((struct page_table *)process->layout->tables.item[0])->object;
    process->object = add(objects, "process", process->name.text, 0, 1);
    LIST_EACH(thread, thread, process->threads) {
        bool has_fpu = thread->fpu.value != 0 && board->has_fpu;
        const char *name = memory_format("%s.%s", process->name.text, thread->name.text);

        thread->object =
            add(objects, "thread", name,
                has_fpu ? machine->thread_fpu_bytes : machine->thread_bytes, KMEM_GRANULE);
    }
    LIST_EACH(port, port, process->ports)
        port->object =
            add(objects, "invocation", memory_format("%s.%s", process->name.text, port->name.text),
                machine->port_bytes, KMEM_GRANULE);
}

/* Tables as large as they may be, the last one as large as it must. */
static void number(struct objects *objects, const struct board *board)
{
    uint64_t most = board->captable_bytes_max / slot_bytes(board);
    struct object_table *table = NULL;

    if (board->machine->word_bytes == 4 && most > 128)
        most = 128;
    for (size_t i = 0; i < objects->all.count; i++) {
        struct object *object = objects->all.item[i];

        if (table == NULL || table->entries == most) {
            table = list_add(&objects->tables, sizeof(*table));
            table->slot = BOOT_SLOTS + (unsigned)objects->tables.count - 1;
        }
        object->id = object_id_in(board, table->slot, table->entries++);
    }
    LIST_EACH(object_table, each, objects->tables)
        each->memory = take(objects, each->entries * slot_bytes(board), KMEM_GRANULE);
}

/* What boot and init themselves take, at the most: their tables, the page tables of all memory, two
 * threads. */
static uint64_t taken(const struct board *board)
{
    enum { MPU_TABLE = 32, MPU_TOP = 256, SPARE = 512, MMU_TABLE = 4096 };
    uint64_t tables = board->has_mmu ? (uint64_t)board->boot_tables * MMU_TABLE
                                     : (uint64_t)board->boot_tables * MPU_TABLE + MPU_TOP;

    return (board->boot_entries + board->boot_tables) * slot_bytes(board) + tables +
           2 * board->machine->thread_fpu_bytes + SPARE;
}

void objects_assign(struct objects *objects, const struct placement *placement)
{
    const struct board *board = placement->board;
    struct place whole = {.source = placement->system->source};
    uint64_t left = board->kmem_bytes - taken(board);

    objects->align = table_align(board);
    add_nowhere(objects, placement);
    LIST_EACH(signal, signal, placement->system->signals)
        if (signal != placement->system->timer)
            signal->object = add(objects, "signal", signal->name.text, 0, 1);
    LIST_EACH(process, process, placement->system->processes)
        add_process(objects, board, process);
    number(objects, board);
    if (objects->bytes > left)
        complain(whole, "raise kernel.objects of the board, or leave something out",
                 "the kernel objects of this system need %s of kernel memory, and board %s has %s",
                 units_bytes(objects->bytes), board->name, units_bytes(left));
    if (BOOT_SLOTS + objects->tables.count > board->boot_entries)
        complain(whole, "build with more BOOT_ENTRIES",
                 "this system has %zu kernel objects, more than init has room for",
                 objects->all.count);
}
