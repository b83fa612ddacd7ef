/* SPDX-License-Identifier: Unlicense */
#include "builder/emit_report.h"

#include "abi/calls.h"
#include "builder/emit.h"
#include "builder/units.h"

#include <inttypes.h>
#include <string.h>

static void put_share(struct output *out, uint64_t part, uint64_t whole)
{
    uint64_t tenths = whole != 0 ? (part * 1000 + whole / 2) / whole : 0;

    put(out, "%" PRIu64 ".%" PRIu64 " %%", tenths / 10, tenths % 10);
}

static const char *access_of(unsigned flags)
{
    return memory_format("%c%c%c", (flags & PAGE_READ) != 0 ? 'r' : '-',
                         (flags & PAGE_WRITE) != 0 ? 'w' : '-',
                         (flags & PAGE_EXECUTE) != 0 ? 'x' : '-');
}

static void put_blocks(struct output *out, const struct process *process, const struct board *board)
{
    uint64_t wanted = 0, granted = 0;
    unsigned regions = (unsigned)process->layout->runs.count;

    put(out, "    memory        address      wanted    granted     waste  access\n");
    LIST_EACH(block, block, process->layout->blocks) {
        put(out, "    %-12s  0x%08" PRIx64 " %10" PRIu64 " %10" PRIu64 " %9" PRIu64 "  %s\n",
            block->name, block->base, block->wanted, block->granted, block->granted - block->wanted,
            access_of(block->flags));
        wanted += block->is_own ? block->wanted : 0;
        granted += block->is_own ? block->granted : 0;
    }
    put(out, "    waste: %" PRIu64 " bytes, ", granted - wanted);
    put_share(out, granted - wanted, granted);
    put(out, board->has_mmu ? " of its memory, because pages have 4 KiB\n"
                            : " of its memory, because blocks are made of whole granules\n");
    if (!board->has_mmu)
        put(out, "    regions of the MPU: %u of %u\n", regions, board->regions);
}

static void put_stack(struct output *out, const char *what, const char *name,
                      const struct number *stack, uint64_t bytes)
{
    put(out, "    %s %-12s stack %6" PRIu64 " bytes%s\n", what, name, bytes,
        stack->is_word ? " (auto)" : "");
}

static void put_process(struct output *out, const struct process *process,
                        const struct board *board)
{
    put(out, "\nprocess %s\n", process->name.text);
    put_blocks(out, process, board);
    LIST_EACH(thread, thread, process->threads)
        put_stack(out, "thread", thread->name.text, &thread->stack, thread->stack_bytes);
    LIST_EACH(port, port, process->ports)
        put_stack(out, "port  ", port->name.text, &port->stack, port->stack_bytes);
    LIST_EACH(capability, each, process->capabilities)
        put(out, "    capability %2zu  %-10s %s\n", each_at, each->type, each->symbol);
    if (process->capabilities.count == 0)
        put(out, "    no capabilities\n");
}

static void put_kernel(struct output *out, const struct objects *objects, const struct board *board)
{
    static const char *const types[] = {"captable", "pagetable",  "process",
                                        "thread",   "invocation", "signal"};

    put(out,
        "\nkernel objects: %zu, %" PRIu64 " bytes of the %" PRIu64
        " of kernel memory, tables of init included\n",
        objects->all.count, objects->bytes, board->kmem_bytes);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        uint64_t bytes = 0;
        unsigned count = 0;

        LIST_EACH(object, object, objects->all)
            if (strcmp(object->type, types[i]) == 0) {
                count++;
                bytes += object->bytes;
            }
        put(out, "    %-12s %4u, %6" PRIu64 " bytes\n", types[i], count, bytes);
    }
}

static void put_privileges(struct output *out, const struct system *system)
{
    unsigned count = 0;

    put(out, "\nthreads that may run for ever (budget: infinite):\n");
    LIST_EACH(process, process, system->processes)
        LIST_EACH(thread, thread, process->threads)
            if (thread->budget.is_word) {
                put(out, "    %s.%s, priority %" PRIu64 "\n", process->name.text, thread->name.text,
                    thread->priority.value);
                count++;
            }
    if (count == 0)
        put(out, "    none\n");
}

bool emit_report(const struct placement *placement, const struct objects *objects, const char *path)
{
    const struct system *system = placement->system;
    struct output out = {0};

    put(&out, "system %s on board %s\n\n", system->name.text, placement->board->name);
    put(&out, "init's image   0x%08" PRIx64 " to 0x%08" PRIx64 "\n", placement->board->image,
        placement->table);
    put(&out, "boot table     0x%08" PRIx64 ", %" PRIu64 " bytes\n", placement->table,
        placement->table_bytes);
    put(&out, "image free     0x%08" PRIx64 ", %s\n", placement->image,
        units_bytes(placement->image_end - placement->image));
    put(&out, "RAM free       0x%08" PRIx64 ", %s\n", placement->ram,
        units_bytes(placement->ram_end - placement->ram));
    LIST_EACH(shared, shared, system->shared)
        put(&out, "shared %-12s 0x%08" PRIx64 ", %" PRIu64 " bytes of %" PRIu64 "\n",
            shared->name.text, shared->base, shared->size.value, shared->bytes);
    LIST_EACH(process, process, system->processes)
        put_process(&out, process, placement->board);
    put_kernel(&out, objects, placement->board);
    put_privileges(&out, system);
    return output_save(&out, path);
}
