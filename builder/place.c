/* SPDX-License-Identifier: Unlicense */
#include "builder/place.h"

#include "abi/calls.h"
#include "builder/units.h"

#include <string.h>

/* The words of init's state a process, besides one a thread (init/boot_table.h). */
enum { STATE_WORDS = 8 };

static uint64_t size_of(const struct program *program, const char *name, uint64_t *align)
{
    const struct section *section = program_section(program, name);

    if (section == NULL)
        return 0;
    if (section->align > *align)
        *align = section->align;
    return section->size;
}

/* What the first link says. */
static void measure(struct layout *layout)
{
    uint64_t align = 1;

    layout->text_bytes = size_of(layout->program, ".text", &align);
    layout->rodata_bytes = size_of(layout->program, ".rodata", &align);
    layout->data_bytes = size_of(layout->program, ".data", &align);
    layout->bss_bytes = size_of(layout->program, ".bss", &align);
}

static uint64_t symbol_of(const struct placement *placement, const char *name)
{
    uint64_t value = 0;
    struct source *source = memory_take(sizeof(*source));

    source->path = placement->init->path;
    if (!program_symbol(placement->init, name, &value))
        complain((struct place){.source = source}, NULL, "this image of init has no symbol '%s'",
                 name);
    return value;
}

static uint64_t state_words(const struct system *system)
{
    uint64_t words = system->processes.count * STATE_WORDS;

    LIST_EACH(process, process, system->processes)
        words += process->threads.count;
    return words;
}

/* The boot table stands behind init's image. With an MMU init has pieces of fixed size, and
 * processes lie behind both. */
static void place_init(struct placement *placement)
{
    const struct board *board = placement->board;
    uint64_t end = board->image + board->image_bytes;

    placement->table = align_up(symbol_of(placement, "user_image_end"), 64);
    placement->image = placement->table + placement->table_bytes;
    placement->image_end = end;
    placement->state = align_up(symbol_of(placement, "user_bss_end"), board->machine->word_bytes);
    placement->state_bytes = state_words(placement->system) * board->machine->word_bytes;
    placement->ram = placement->state + placement->state_bytes;
    placement->ram_end = board->ram + board->ram_bytes;
    if (placement->image > end || placement->ram > placement->ram_end)
        complain((struct place){.source = placement->system->source}, "leave something out",
                 "init and its table of this system do not fit board %s", board->name);
}

/* What a process takes of flash, or of RAM: with an MMU everything is in RAM. */
static uint64_t taken(const struct placement *placement, const struct process *process,
                      bool is_flash)
{
    uint64_t bytes = 0;

    LIST_EACH(block, block, process->layout->blocks)
        if (block->is_own && (placement->board->has_mmu || block->is_code == is_flash))
            bytes += block->granted;
    return bytes;
}

bool place_has_room(const struct placement *placement, bool is_flash)
{
    uint64_t end = is_flash ? placement->image : placement->ram;
    uint64_t limit = is_flash ? placement->image_end : placement->ram_end;
    const struct process *largest = NULL;

    if (end <= limit)
        return true;
    LIST_EACH(process, process, placement->system->processes)
        if (largest == NULL ||
            taken(placement, process, is_flash) > taken(placement, largest, is_flash))
            largest = process;
    complain(largest->name.at,
             memory_format("process '%s' takes most, %s: %s, or leave a process out",
                           largest->name.text, units_bytes(taken(placement, largest, is_flash)),
                           is_flash ? "make programs smaller"
                                    : "make heaps, stacks or shared memories smaller"),
             "board %s has %s of %s too little", placement->board->name, units_bytes(end - limit),
             is_flash ? "flash" : "RAM");
    return false;
}

void place(struct placement *placement)
{
    LIST_EACH(process, process, placement->system->processes)
        measure(process->layout);
    place_init(placement);
    if (placement->board->has_mmu)
        place_mmu(placement);
    else
        place_mpu(placement);
}
