/* SPDX-License-Identifier: Unlicense */
#include "builder/solve.h"

#include "abi/calls.h"

#include <string.h>

enum { ORDER_MIN = 5, DYNAMIC_ORDER_MIN = 8, DYNAMIC_REGIONS = 4, TABLES_MAX = 32 };

static uint64_t granule(const struct block *block)
{
    return (uint64_t)1 << block->order;
}

unsigned solve_windows(const struct block *block)
{
    unsigned shift = block->order + SOLVE_EIGHTHS;

    if (block->granted == granule(block))
        return 1;
    return (unsigned)(((block->base + block->granted - 1) >> shift) - (block->base >> shift)) + 1;
}

static void set_order(struct block *block, unsigned order)
{
    block->order = order;
    block->granted = align_up(block->wanted, granule(block));
}

/* The finest granule of which one window holds the block. */
static void set_first_order(struct block *block)
{
    unsigned order = ORDER_MIN;

    while ((uint64_t)8 << order < block->wanted || (uint64_t)1 << order < block->align)
        order++;
    set_order(block, order);
}

/* What somebody else placed: the coarsest granule that fits begin and size. */
static void set_fixed_order(struct block *block)
{
    unsigned order = ORDER_MIN;

    while ((block->base | block->wanted) % ((uint64_t)2 << order) == 0)
        order++;
    set_order(block, order);
}

/* ---- One trial ---- */

static int by_granule(const void *left, const void *right)
{
    const struct block *a = left, *b = right;

    if (a->order != b->order)
        return a->order > b->order ? -1 : 1;
    return 0;
}

/* A block that must not touch a window more than it has to begins in the next one if it would. */
static uint64_t begin_of(const struct block *block, uint64_t next)
{
    uint64_t begin = align_up(next, granule(block)), window = granule(block) << SOLVE_EIGHTHS;
    uint64_t touched = (begin + block->granted - 1) / window - begin / window;

    if (block->is_whole && touched > (block->granted - 1) / window)
        begin = align_up(begin, window);
    return begin;
}

/* What the tables of a block cover: its windows, or the one page. */
static uint64_t reach_of(const struct block *block)
{
    return block->granted == granule(block) ? granule(block) : granule(block) << SOLVE_EIGHTHS;
}

static uint64_t reach_begin(const struct block *block)
{
    return block->base / reach_of(block) * reach_of(block);
}

static uint64_t reach_end(const struct block *block)
{
    return align_up(block->base + block->granted, reach_of(block));
}

/* A block of the same process whose tables would overlap; NULL: there is none. */
static const struct block *rival_of(const struct block *block)
{
    LIST_EACH(block, rival, block->rivals)
        if (rival->is_settled && reach_begin(rival) < reach_end(block) &&
            reach_begin(block) < reach_end(rival))
            return rival;
    return NULL;
}

/* The first place in a gap that will do. */
static bool fit(struct block *block, const struct gap *gap)
{
    const struct block *rival;

    block->base = begin_of(block, gap->begin);
    while (block->base + block->granted <= gap->end && (rival = rival_of(block)) != NULL)
        block->base = begin_of(block, align_up(reach_end(rival), reach_of(block)));
    return block->base + block->granted <= gap->end;
}

/* Take a block out of its gap; what is left before it becomes a gap of its own. */
static void cut(struct solver *solver, size_t i, const struct block *block)
{
    struct gap *gap = &solver->gaps[i];
    struct gap before = {gap->begin, block->base};

    gap->begin = block->base + block->granted;
    if (before.end - before.begin < (uint64_t)1 << ORDER_MIN)
        return;
    for (size_t j = solver->gap_count++; j > i; j--)
        solver->gaps[j] = solver->gaps[j - 1];
    solver->gaps[i] = before;
}

static void put_block(struct solver *solver, struct block *block)
{
    uint64_t *end = block->is_code ? &solver->image : &solver->ram;

    for (size_t i = 0; i < solver->gap_count; i++) {
        bool is_ram = solver->gaps[i].begin >= solver->placement->ram;

        if (is_ram == block->is_code || !fit(block, &solver->gaps[i]))
            continue;
        cut(solver, i, block);
        break;
    }
    block->is_settled = true;
    if (block->base + block->granted > *end)
        *end = block->base + block->granted;
}

/* Image and RAM are gaps without an end: whether all fits is seen afterwards. */
static void try(struct solver *solver)
{
    solver->image = solver->placement->image;
    solver->ram = solver->placement->ram;
    solver->gaps[0] = (struct gap){solver->image, solver->ram};
    solver->gaps[1] = (struct gap){solver->ram, UINT64_MAX / 2};
    solver->gap_count = 2;
    solver->order.count = 0; /* anew, so that no earlier trial decides about what is equal */
    LIST_EACH(block, block, solver->pieces) {
        block->is_settled = false;
        list_append(&solver->order, block);
    }
    list_sort(&solver->order, by_granule);
    LIST_EACH(block, block, solver->order)
        put_block(solver, block);
}

/* ---- Regions ---- */

struct count {
    unsigned stacks, others; /* windows of data, and of what is not */
    bool is_coarse;          /* the others may be loaded by turns */
};

static const struct block *placed(const struct block *block)
{
    return block->shared != NULL ? block->shared->block : block;
}

static bool has_stacks(const struct block *block)
{
    return block->is_own && !block->is_code;
}

static struct count count_of(const struct process *process)
{
    struct count count = {.is_coarse = true};

    LIST_EACH(block, block, process->layout->blocks) {
        unsigned windows = solve_windows(placed(block));

        if (has_stacks(block)) {
            count.stacks += windows;
            continue;
        }
        count.others += windows;
        count.is_coarse &= placed(block)->order >= DYNAMIC_ORDER_MIN;
    }
    return count;
}

/* Regions that a process has too many; 0: it fits. */
static unsigned excess(const struct solver *solver, const struct process *process)
{
    unsigned regions = solver->placement->board->regions;
    struct count count = count_of(process);
    unsigned all = count.stacks + count.others;

    if (all <= regions)
        return 0;
    if (count.stacks + DYNAMIC_REGIONS <= regions && count.is_coarse && all <= TABLES_MAX)
        return 0;
    return all - regions;
}

static bool is_good(const struct solver *solver)
{
    bool fits = true;

    LIST_EACH(process, process, solver->placement->system->processes)
        fits &= excess(solver, process) == 0;
    return fits;
}

/* ---- Search ---- */

static uint64_t beyond(uint64_t end, uint64_t limit)
{
    return end > limit ? end - limit : 0;
}

/* Bytes; those that are not there count most, so that they are what is saved first. */
static uint64_t cost(const struct solver *solver)
{
    const struct placement *placement = solver->placement;
    uint64_t missing =
        beyond(solver->image, placement->image_end) + beyond(solver->ram, placement->ram_end);

    return solver->image - placement->image + (solver->ram - placement->ram) + (missing << 16);
}

/* Whether a block may have granules of this order. */
static bool may_be(const struct block *block, unsigned order)
{
    return order >= ORDER_MIN && (uint64_t)1 << order >= block->align;
}

/* Give one block finer granules for good: the one, and those, that save most. False: none saves
 * anything. */
static bool improve(struct solver *solver)
{
    uint64_t best_cost = cost(solver);
    struct block *best = NULL;
    unsigned best_order = 0;

    LIST_EACH(block, block, solver->pieces) {
        unsigned before = block->order;

        for (unsigned order = before - 1; may_be(block, order); order--) {
            set_order(block, order);
            try(solver);
            if (cost(solver) >= best_cost || !is_good(solver))
                continue;
            best_cost = cost(solver);
            best = block;
            best_order = order;
        }
        set_order(block, before);
    }
    if (best != NULL)
        set_order(best, best_order);
    try(solver);
    return best != NULL;
}

/* Keep the blocks of a process with too many regions from crossing windows. False: they are. */
static bool make_whole(struct solver *solver)
{
    bool has_changed = false;

    LIST_EACH(process, process, solver->placement->system->processes) {
        if (excess(solver, process) == 0)
            continue;
        LIST_EACH(block, block, process->layout->blocks) {
            struct block *piece = block->shared != NULL ? block->shared->block : block;

            has_changed |= !piece->is_whole;
            piece->is_whole = true;
        }
    }
    try(solver);
    return has_changed;
}

/* ---- Complaints ---- */

static const char *blocks_of(const struct process *process)
{
    struct list names = {0};

    LIST_EACH(block, block, process->layout->blocks)
        list_append(&names, memory_format("%s (%u)", block->name, solve_windows(placed(block))));
    return enumerate(&names);
}

static const char *advice_for(const struct process *process)
{
    if (process->shared.count > 1)
        return memory_format("merge shared memories; its regions are: %s", blocks_of(process));
    if (process->devices.count > 1)
        return memory_format("let another process drive one of the devices; its regions are: %s",
                             blocks_of(process));
    return memory_format("split the process; its regions are: %s", blocks_of(process));
}

static void complain_regions(const struct solver *solver)
{
    LIST_EACH(process, process, solver->placement->system->processes) {
        unsigned over = excess(solver, process);

        if (over != 0)
            complain(process->name.at, advice_for(process),
                     "process '%s' needs %u more regions of the MPU than the %u of board %s",
                     process->name.text, over, solver->placement->board->regions,
                     solver->placement->board->name);
    }
}

/* ---- Result ---- */

/* Regions that the kernel loads by turns are not pinned. */
static void set_flags(const struct solver *solver, struct process *process)
{
    struct count count = count_of(process);

    if (count.stacks + count.others <= solver->placement->board->regions)
        return;
    LIST_EACH(block, block, process->layout->blocks)
        if (!has_stacks(block))
            block->flags &= ~(unsigned)PAGE_STATIC;
}

static struct block *piece_of(struct block *block)
{
    return block->shared != NULL ? block->shared->block : block;
}

static void prepare(struct solver *solver)
{
    LIST_EACH(process, process, solver->placement->system->processes)
        LIST_EACH(block, block, process->layout->blocks) {
            if (!block->is_own && block->shared == NULL) {
                set_fixed_order(block);
                block->is_settled = true;
            }
            LIST_EACH(block, other, process->layout->blocks)
                if (other != block)
                    list_append(&piece_of(block)->rivals, piece_of(other));
        }
    LIST_EACH(block, block, solver->pieces)
        set_first_order(block);
    solver->gaps = memory_take((solver->pieces.count + 2) * sizeof(*solver->gaps));
}

bool solve(struct solver *solver)
{
    struct placement *placement = solver->placement;

    prepare(solver);
    try(solver);
    while (!is_good(solver) && make_whole(solver)) {
    }
    if (!is_good(solver)) {
        complain_regions(solver);
        return false;
    }
    while (improve(solver)) {
    }
    LIST_EACH(process, process, placement->system->processes)
        set_flags(solver, process);
    placement->image = solver->image;
    placement->ram = solver->ram;
    return place_has_room(placement, true) && place_has_room(placement, false);
}
