/* SPDX-License-Identifier: Unlicense
 *
 * Placement, looked at from outside: systems of random sizes on a board with an MPU and on one with
 * an MMU. Whatever the solver did, what a process can reach by its page tables must be its own
 * blocks and no byte more, blocks must not overlap, and regions must suffice.
 */
#include "builder/place.h"
#include "abi/calls.h"
#include "builder/capabilities.h"
#include "builder/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SYSTEMS = 60, PROCESSES = 6 };

static unsigned passed, failed;
static uint64_t state = 88172645463325252u;

static void report(bool holds, const char *what)
{
    if (holds)
        passed++;
    else
        failed++;
    printf("%sok %u - %s\n", holds ? "" : "not ", passed + failed, what);
}

static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

/* ---- A system ---- */

static struct system *read_system(const char *text, const struct board *board)
{
    struct source *source = memory_take(sizeof(*source));
    struct system *system;

    *source = (struct source){.path = "system.yaml", .text = text, .bytes = strlen(text)};
    system = description_read(source);
    if (system == NULL)
        abort();
    check(system, board);
    capabilities_assign(system, board);
    if (complaints() != 0) {
        complaints_print(stderr);
        abort();
    }
    return system;
}

static const char *make_text(unsigned processes, unsigned shared)
{
    const char *text = shared != 0 ? "system: s\nshared:\n" : "system: s\n";

    for (unsigned i = 0; i < shared; i++)
        text = memory_format("%s  m%u: {size: %" PRIu64 " B}\n", text, i, 4 + draw(3000));
    text = memory_format("%sprocesses:\n", text);
    for (unsigned i = 0; i < processes; i++) {
        text = memory_format("%s  p%u:\n    sources: [p.c]\n    heap: %" PRIu64 " B\n"
                             "    threads: {main: {priority: 1, budget: infinite}}\n"
                             "    devices: {console: [read, write]}\n%s",
                             text, i, draw(2000), shared != 0 ? "    shared:\n" : "");
        for (unsigned j = 0; j < shared; j++)
            text = memory_format("%s      m%u: [read%s]\n", text, j, draw(2) != 0 ? ", write" : "");
    }
    return text;
}

static void add_section(struct program *program, const char *name, uint64_t size)
{
    struct section *section = list_add(&program->sections, sizeof(*section));

    *section = (struct section){.name = name, .size = size, .align = (uint64_t)1 << draw(7)};
}

static void add_symbol(struct program *program, const char *name, uint64_t value)
{
    struct symbol *symbol = list_add(&program->symbols, sizeof(*symbol));

    *symbol = (struct symbol){name, value};
}

static void add_programs(struct placement *placement)
{
    const struct board *board = placement->board;

    placement->init = memory_take(sizeof(*placement->init));
    add_symbol(placement->init, "user_image_end", board->image + 9000 + draw(100));
    add_symbol(placement->init, "user_bss_end", board->ram + 3000 + draw(100));
    LIST_EACH(process, process, placement->system->processes) {
        struct program *program = memory_take(sizeof(*program));

        add_section(program, ".text", 800 + draw(6000));
        add_section(program, ".rodata", draw(3000));
        add_section(program, ".data", draw(700));
        add_section(program, ".bss", draw(3000));
        process->layout = memory_take(sizeof(*process->layout));
        process->layout->program = program;
        LIST_EACH(thread, thread, process->threads)
            thread->stack_bytes = 128 + 16 * draw(60);
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

static uint64_t waste_of(const struct process *process)
{
    uint64_t wanted = 0, granted = 0;

    LIST_EACH(block, block, process->layout->blocks) {
        wanted += block->is_own ? block->wanted : 0;
        granted += block->is_own ? block->granted : 0;
    }
    return (granted - wanted) * 1000 / granted;
}

static void try_one(const struct board *board)
{
    struct placement placement = {.board = board, .table_bytes = 64 * (1 + draw(40))};
    bool covers = true, is_tight = true, regions = true;
    uint64_t worst = 0;

    placement.system =
        read_system(make_text(2 + (unsigned)draw(PROCESSES - 1), (unsigned)draw(3)), board);
    add_programs(&placement);
    place(&placement);
    if (complaints() != 0) {
        complaints_print(stdout);
        report(false, "it fits");
        return;
    }
    LIST_EACH(process, process, placement.system->processes) {
        LIST_EACH(block, block, process->layout->blocks)
            covers &= block->granted == 0 || is_covered(process, block);
        is_tight &= is_exact(process);
        regions &= board->has_mmu || (has_regions(board, process) && are_tables_apart(process));
        worst = waste_of(process) > worst ? waste_of(process) : worst;
    }
    report(covers, "each block is shown with its access");
    report(is_tight, "and nothing else");
    report(are_apart(placement.system), "blocks are apart");
    report(regions, "regions suffice");
    if (!board->has_mmu)
        report(worst <= 150,
               memory_format("at most 15 %% are wasted: %" PRIu64 " per mille", worst));
}

/* ---- What cannot be ---- */

static bool complains(struct placement *placement, const char *what)
{
    char *output = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&output, &size);
    bool is_found;

    add_programs(placement);
    place(placement);
    complaints_print(stream);
    (void)fclose(stream);
    is_found = strstr(output, what) != NULL;
    if (!is_found)
        printf("# %s\n", output);
    free(output);
    return is_found;
}

static void try_too_much(const struct board *board)
{
    struct placement placement = {.board = board};

    placement.system = read_system(make_text(2, 12), board);
    /* Small memories are no candidates for regions that are loaded by turns. */
    report(complains(&placement, "more regions of the MPU than the 8 of board stm32f405"),
           "too many regions are told, with the process");
    placement.system =
        read_system("system: s\nprocesses:\n  p:\n    sources: [p.c]\n    heap: 90 KiB\n"
                    "    threads: {main: {priority: 1, budget: infinite}}\n",
                    board);
    report(complains(&placement, "of RAM too little"), "too little RAM is told");
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct board *board = board_read(argv[i]);

        if (board == NULL)
            return 2;
        for (int j = 0; j < SYSTEMS; j++)
            try_one(board);
        if (!board->has_mmu)
            try_too_much(board);
    }
    memory_release();
    printf("1..%u\n%u passed, %u failed, 0 skipped\n", passed + failed, passed, failed);
    return failed != 0;
}
