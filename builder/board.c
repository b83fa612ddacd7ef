/* SPDX-License-Identifier: Unlicense */
#include "builder/board.h"

#include "abi/calls.h"
#include "builder/tree.h"
#include "builder/units.h"

#include <string.h>

/* Entry of an Armv7-M thread: its own constant frame of 32 bytes, the six words of a message, two
 * words that an invocation written inline keeps, and the frame of an exception (26 words with the
 * FPU, aligned). x86-64 stacks nothing on its own. The stubs of invocations, which no call graph
 * shows, keep all registers that a function must. */
static const struct machine machines[] = {
    {.arch = "armv7m",
     .word_bytes = 4,
     .begin = "rme_begin",
     .thread_bytes = 128,
     .thread_fpu_bytes = 192,
     .port_bytes = 32,
     .stack_align = 8,
     .stack_extra = 32 + 24 + 8 + 36,
     .stack_extra_fpu = 32 + 24 + 8 + 108,
     .stack_invocation = 40},
    {.arch = "x86_64",
     .word_bytes = 8,
     .thread_bytes = 384,
     .thread_fpu_bytes = 1280,
     .port_bytes = 96,
     .stack_align = 16,
     .stack_extra = 80,
     .stack_extra_fpu = 80,
     .stack_invocation = 72},
};

/* A machine with an MMU tells its memory only at boot: what every PC has. */
enum { PC_USER_END = 96 << 20 };

static const char *text_at(const struct node *root, const char *path)
{
    const struct node *node = tree_find(root, path);

    return node != NULL ? node->text : "";
}

static uint64_t number_at(const struct node *root, const char *path)
{
    uint64_t value;

    return units_number(text_at(root, path), &value) == NULL ? value : 0;
}

static const struct machine *find_machine(const char *arch)
{
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
        if (strcmp(machines[i].arch, arch) == 0)
            return &machines[i];
    return NULL;
}

static unsigned flags_of(const struct node *names)
{
    static const char *const flags[] = {"READ", "WRITE", "EXECUTE", "CACHE", "BUFFER", "STATIC"};
    unsigned set = 0;

    for (size_t i = 0; names != NULL && i < names->items.count; i++)
        for (unsigned bit = 0; bit < sizeof(flags) / sizeof(flags[0]); bit++)
            if (strcmp(((const struct node *)names->items.item[i])->text, flags[bit]) == 0)
                set |= 1u << bit;
    return set;
}

static void read_lists(struct board *board, const struct node *root)
{
    const struct node *ranges = tree_find(root, "ranges");
    const struct node *devices = tree_find(root, "chip.device");
    const struct node *interrupts = tree_find(root, "chip.interrupt");

    for (size_t i = 0; ranges != NULL && i < ranges->items.count; i++) {
        struct range *range = list_add(&board->ranges, sizeof(*range));

        *range = (struct range){number_at(ranges->items.item[i], "base"),
                                number_at(ranges->items.item[i], "size"),
                                flags_of(tree_value(ranges->items.item[i], "flags"))};
    }
    for (size_t i = 0; devices != NULL && i < devices->items.count; i++) {
        const struct node *from = devices->items.item[i];
        struct device *device = list_add(&board->devices, sizeof(*device));

        device->name = text_at(from, "name");
        device->is_port = tree_value(from, "port") != NULL;
        device->base = number_at(from, device->is_port ? "port" : "base");
        device->size = number_at(from, "size");
    }
    for (size_t i = 0; interrupts != NULL && i < interrupts->items.count; i++) {
        const struct node *from = interrupts->items.item[i];
        struct interrupt *interrupt = list_add(&board->interrupts, sizeof(*interrupt));

        interrupt->name = text_at(from, "name");
        interrupt->line = (unsigned)number_at(from, "line");
        interrupt->last =
            tree_value(from, "last") != NULL ? (unsigned)number_at(from, "last") : interrupt->line;
    }
}

static void read_memory(struct board *board, const struct node *root)
{
    board->image = number_at(root, "layout.USER_IMAGE");
    board->image_bytes = number_at(root, "layout.USER_IMAGE_BYTES");
    board->ram = number_at(root, "layout.USER_RAM");
    board->ram_bytes = number_at(root, "layout.USER_RAM_BYTES");
    board->kmem_bytes = number_at(root, "layout.KMEM_BYTES");
    if (board->has_mmu) { /* init has pieces of fixed size; processes lie behind both */
        struct range *range = list_add(&board->ranges, sizeof(*range));

        *range = (struct range){board->image, PC_USER_END - board->image,
                                PAGE_READ | PAGE_WRITE | PAGE_EXECUTE | PAGE_CACHE | PAGE_BUFFER};
    }
}

struct board *board_read(const char *path)
{
    const struct source *source = source_read(path);
    const struct node *root = source != NULL ? tree_read(source) : NULL;
    struct board *board = memory_take(sizeof(*board));

    if (root == NULL)
        return NULL;
    board->name = text_at(root, "name");
    board->machine = find_machine(text_at(root, "chip.arch"));
    board->has_mmu = strcmp(text_at(root, "chip.protection"), "mmu") == 0;
    board->has_fpu = text_at(root, "chip.fpu")[0] != '\0' && number_at(root, "options.FPU") != 0;
    board->has_debug = number_at(root, "options.KFUNC_DEBUG") != 0;
    board->is_raw = number_at(root, "options.RAW") != 0;
    board->regions = (unsigned)number_at(root, "chip.mpu_regions");
    board->priorities = (unsigned)number_at(root, "options.PRIORITIES");
    board->lines = (unsigned)number_at(root, "chip.irq_lines");
    board->captable_bytes_max = number_at(root, "options.CAPTABLE_BYTES_MAX");
    board->boot_entries = (unsigned)number_at(root, "options.BOOT_ENTRIES");
    board->boot_tables = 1u << number_at(root, "options.BOOT_TABLES_ORDER");
    read_lists(board, root);
    read_memory(board, root);
    if (board->machine == NULL || board->image == 0 || board->priorities == 0) {
        complain((struct place){.source = source}, "configure the board first: ./rme build",
                 "this describes no board that runs systems");
        return NULL;
    }
    return board;
}
