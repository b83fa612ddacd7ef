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
#include "tests/builder/placed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SYSTEMS = 60, PROCESSES = 6 };

static unsigned passed, failed;

static void report(bool holds, const char *what)
{
    if (holds)
        passed++;
    else
        failed++;
    printf("%sok %u - %s\n", holds ? "" : "not ", passed + failed, what);
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
        text = memory_format("%s  m%u: {size: %" PRIu64 " B}\n", text, i, 4 + placed_draw(3000));
    text = memory_format("%sprocesses:\n", text);
    for (unsigned i = 0; i < processes; i++) {
        text = memory_format("%s  p%u:\n    sources: [p.c]\n    heap: %" PRIu64 " B\n"
                             "    threads: {main: {priority: 1, budget: infinite}}\n"
                             "    devices: {console: [read, write]}\n%s",
                             text, i, placed_draw(2000), shared != 0 ? "    shared:\n" : "");
        for (unsigned j = 0; j < shared; j++)
            text = memory_format("%s      m%u: [read%s]\n", text, j,
                                 placed_draw(2) != 0 ? ", write" : "");
    }
    return text;
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
    struct placement placement = {.board = board, .table_bytes = 64 * (1 + placed_draw(40))};
    const char *wrong;
    uint64_t worst = 0;

    placement.system = read_system(
        make_text(2 + (unsigned)placed_draw(PROCESSES - 1), (unsigned)placed_draw(3)), board);
    placed_add_programs(&placement);
    place(&placement);
    if (complaints() != 0) {
        complaints_print(stdout);
        report(false, "it fits");
        return;
    }
    wrong = placed_wrong(&placement);
    report(wrong == NULL, wrong == NULL ? "what each process reaches is its own" : wrong);
    LIST_EACH(process, process, placement.system->processes)
        worst = waste_of(process) > worst ? waste_of(process) : worst;
    if (!board->has_mmu)
        report(worst <= 150,
               memory_format("at most 15 %% are wasted: %" PRIu64 " per mille", worst));
}

/* ---- What just fits ---- */

static struct process *process_of(const struct system *system, size_t i)
{
    return system->processes.item[i];
}

/* Sections of one process, as they are to be. */
static void set_sizes(const struct process *process, uint64_t text, uint64_t rodata, uint64_t data)
{
    const uint64_t sizes[] = {text, rodata, data, 0};

    for (size_t i = 0; i < process->layout->program->sections.count; i++) {
        struct section *section = process->layout->program->sections.item[i];

        section->size = sizes[i];
        section->align = 4;
    }
}

/* Finer granules of a large code save most bytes, but of flash, and would leave its data too few
 * regions to fit the RAM. */
static void try_tight(const struct board *board)
{
    struct placement placement = {.board = board, .table_bytes = 1440};

    placement.system = read_system("system: s\nshared:\n  m: {size: 128 B}\nprocesses:\n"
                                   "  p:\n    sources: [p.c]\n    shared: {m: [read, write]}\n"
                                   "    threads: {main: {priority: 1, budget: infinite}}\n"
                                   "    devices: {console: [read, write]}\n"
                                   "  q:\n    sources: [q.c]\n    heap: 44 KiB\n"
                                   "    shared: {m: [read]}\n"
                                   "    threads: {main: {priority: 1, budget: infinite}}\n"
                                   "    devices: {console: [read, write]}\n",
                                   board);
    placed_add_programs(&placement);
    ((struct symbol *)placement.init->symbols.item[0])->value = board->image + 15744;
    ((struct symbol *)placement.init->symbols.item[1])->value = board->ram + 3584;
    set_sizes(process_of(placement.system, 0), 2500, 191, 8);
    set_sizes(process_of(placement.system, 1), 200000, 10468, 1064);
    ((struct thread *)process_of(placement.system, 0)->threads.item[0])->stack_bytes = 3504;
    ((struct thread *)process_of(placement.system, 1)->threads.item[0])->stack_bytes = 14336;
    place(&placement);
    if (complaints() != 0)
        complaints_print(stdout);
    report(complaints() == 0 && placed_wrong(&placement) == NULL,
           "regions go to what is short of memory");
}

/* ---- What cannot be ---- */

static bool complains(struct placement *placement, const char *what)
{
    char *output = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&output, &size);
    bool is_found;

    placed_add_programs(placement);
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
                    "    threads: {main: {priority: 1, budget: infinite}}\n"
                    "  q:\n    sources: [q.c]\n"
                    "    threads: {main: {priority: 1, budget: infinite}}\n",
                    board);
    report(complains(&placement, "process 'p' takes most, 9"),
           "too little RAM is told, with the process");
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct board *board = board_read(argv[i]);

        if (board == NULL)
            return 2;
        for (int j = 0; j < SYSTEMS; j++)
            try_one(board);
        if (!board->has_mmu) {
            try_tight(board);
            try_too_much(board);
        }
    }
    memory_release();
    printf("1..%u\n%u passed, %u failed, 0 skipped\n", passed + failed, passed, failed);
    return failed != 0;
}
