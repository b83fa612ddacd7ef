/* SPDX-License-Identifier: Unlicense */
#include "tests/builder/placed.h"

#include "abi/calls.h"

static uint64_t state = 88172645463325252u;

uint64_t placed_draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

/* ---- Programs ---- */

static void add_section(struct program *program, const char *name, uint64_t size)
{
    struct section *section = list_add(&program->sections, sizeof(*section));

    *section = (struct section){.name = name, .size = size, .align = (uint64_t)1 << placed_draw(7)};
}

static void add_symbol(struct program *program, const char *name, uint64_t value)
{
    struct symbol *symbol = list_add(&program->symbols, sizeof(*symbol));

    *symbol = (struct symbol){name, value};
}

void placed_add_programs(struct placement *placement)
{
    const struct board *board = placement->board;

    placement->init = memory_take(sizeof(*placement->init));
    add_symbol(placement->init, "user_image_end", board->image + 9000 + placed_draw(100));
    add_symbol(placement->init, "user_bss_end", board->ram + 3000 + placed_draw(100));
    LIST_EACH(process, process, placement->system->processes) {
        struct program *program = memory_take(sizeof(*program));

        add_section(program, ".text", 800 + placed_draw(6000));
        add_section(program, ".rodata", placed_draw(3000));
        add_section(program, ".data", placed_draw(700));
        add_section(program, ".bss", placed_draw(3000));
        process->layout = memory_take(sizeof(*process->layout));
        process->layout->program = program;
        LIST_EACH(thread, thread, process->threads)
            thread->stack_bytes = 128 + 16 * placed_draw(60);
    }
}

/* ---- What must hold ---- */

/* How a process may use a physical address; 0: not at all. */
static unsigned access_to(const struct process *process, uint64_t address)
{
    LIST_EACH(run, run, process->layout->runs)
        if (address >= run->address && address - run->address < (uint64_t)run->count
                                                                    << run->table->size_order)
            return run->flags;
    return 0;
}

static bool is_covered(const struct process *process, const struct block *block)
{
    for (uint64_t at = block->base; at < block->base + block->granted; at += 16)
        if (access_to(process, at) != block->flags)
            return false;
    return access_to(process, block->base + block->granted - 1) == block->flags;
}

/* All bytes of its runs belong to its blocks. */
static bool is_exact(const struct process *process)
{
    uint64_t shown = 0, granted = 0;

    LIST_EACH(run, run, process->layout->runs)
        shown += (uint64_t)run->count << run->table->size_order;
    LIST_EACH(block, block, process->layout->blocks)
        granted += block->granted;
    return shown == granted;
}

static bool overlap(const struct block *a, const struct block *b)
{
    return a->base < b->base + b->granted && b->base < a->base + a->granted;
}

/* Neither may two tables of a process overlap, on a machine with an MPU. */
static bool are_tables_apart(const struct process *process)
{
    LIST_EACH(page_table, a, process->layout->tables)
        LIST_EACH(page_table, b, process->layout->tables) {
            if (a == b || a->parent == NULL || b->parent == NULL)
                continue;
            if (a->base < b->base + ((uint64_t)1 << b->size_order << b->number_order) &&
                b->base < a->base + ((uint64_t)1 << a->size_order << a->number_order))
                return false;
        }
    return true;
}

/* Blocks of two processes are the same shared memory or device, or apart. */
static bool are_apart(const struct system *system)
{
    bool is_good = true;

    LIST_EACH(process, one, system->processes)
        LIST_EACH(block, a, one->layout->blocks)
            LIST_EACH(process, other, system->processes)
                LIST_EACH(block, b, other->layout->blocks)
                    if (a != b && a->granted != 0 && b->granted != 0 && (a->is_own || b->is_own))
                        is_good &= !overlap(a, b);
    return is_good;
}

/* As kernel/pagetable_mpu.c counts: a table with pages is a region; four are kept for dynamic ones.
 */
static bool has_regions(const struct board *board, const struct process *process)
{
    unsigned pinned = 0, dynamic = 0;
    bool is_good = true;

    LIST_EACH(run, run, process->layout->runs) {
        bool is_static = (run->flags & PAGE_STATIC) != 0;

        pinned += is_static ? 1 : 0;
        dynamic += is_static ? 0 : 1;
        is_good &= is_static || run->table->size_order >= 8;
        is_good &= run->table->number_order <= 3 && run->table->size_order >= 5;
        is_good &= run->table->base %
                       ((uint64_t)1 << run->table->size_order << run->table->number_order) ==
                   0;
    }
    return is_good && pinned + (dynamic != 0 ? 4 : 0) <= board->regions;
}

const char *placed_wrong(const struct placement *placement)
{
    const struct board *board = placement->board;

    LIST_EACH(process, process, placement->system->processes) {
        LIST_EACH(block, block, process->layout->blocks)
            if (block->granted != 0 && !is_covered(process, block))
                return "a block is not shown with its access";
        if (!is_exact(process))
            return "more is shown than blocks";
        if (!board->has_mmu && !has_regions(board, process))
            return "regions do not suffice";
        if (!board->has_mmu && !are_tables_apart(process))
            return "tables overlap";
    }
    return are_apart(placement->system) ? NULL : "blocks overlap";
}
