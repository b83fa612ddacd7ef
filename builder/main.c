/* SPDX-License-Identifier: Unlicense
 *
 * The system builder: from a description and a board's data to an image that boots.
 *
 * It is called three times in a build, and knows nothing of the call before: the description says
 * what headers hold (check), linked programs say how large things are (place), programs linked
 * where they were placed make the image (image). Each time the same input gives the same bytes.
 */
#include "builder/capabilities.h"
#include "builder/check.h"
#include "builder/check_files.h"
#include "builder/emit.h"
#include "builder/emit_gdb.h"
#include "builder/emit_json.h"
#include "builder/emit_report.h"
#include "builder/image.h"
#include "builder/schema.h"
#include "builder/stacks.h"

#include <getopt.h>
#include <string.h>

struct options {
    const char *system, *board, *out, *init, *image;
};

static const char usage[] =
    "usage: builder check SYSTEM.yaml --board BOARD.json --out DIR\n"
    "       builder place SYSTEM.yaml --board BOARD.json --out DIR --init INIT.elf\n"
    "       builder image SYSTEM.yaml --board BOARD.json --out DIR --init INIT.elf --image PATH\n"
    "       builder schema | reference\n"
    "\n"
    "  check   read and check; write DIR/system.cmake, and for each process DIR/PROCESS/handles.h\n"
    "          and DIR/PROCESS.pre.ld\n"
    "  place   read DIR/PROCESS.pre.elf; write DIR/PROCESS.ld\n"
    "  image   read DIR/PROCESS.elf; write PATH.elf, and for chips PATH.bin and PATH.hex;\n"
    "          write DIR/system.json, DIR/report.txt and DIR/system.gdb\n"
    "  schema, reference   print the JSON Schema and the reference of the description\n";

static int verb_check(const struct options *options, struct system *system, struct board *board)
{
    LIST_EACH(process, process, system->processes)
        process->layout = memory_take(sizeof(*process->layout));
    return !(emit_handles(system, board, options->out) && emit_files(system, board, options->out) &&
             emit_cmake(system, board, options->out) &&
             emit_scripts(system, board, options->out, false));
}

/* The size of the boot table depends on the placement, and the placement on that size: the table
 * grows until it fits. */
static bool settle(struct placement *placement, struct objects *objects, const char *dir,
                   const char *suffix)
{
    enum { TRIES = 8 };
    uint64_t needed;

    for (unsigned i = 0; i < TRIES; i++) {
        *objects = (struct objects){0};
        LIST_EACH(process, process, placement->system->processes) {
            struct program *program =
                program_read(memory_format("%s/%s%s", dir, process->name.text, suffix),
                             placement->board->machine->word_bytes);

            if (program == NULL)
                return false;
            process->layout = memory_take(sizeof(*process->layout));
            process->layout->program = program;
            stacks_set(process, placement->board,
                       memory_format("%s/%s.stack.json", dir, process->name.text));
        }
        place(placement);
        if (complaints() != 0)
            return false;
        objects_assign(objects, placement);
        needed = table_make(placement, objects).length;
        if (complaints() != 0)
            return false;
        if (needed <= placement->table_bytes)
            return true;
        placement->table_bytes = needed;
    }
    return false;
}

static int verb_place(const struct options *options, struct system *system, struct board *board,
                      bool is_image)
{
    struct placement placement = {.board = board, .system = system};
    struct objects objects;

    placement.init = program_read(options->init, board->machine->word_bytes);
    if (placement.init == NULL ||
        !settle(&placement, &objects, options->out, is_image ? ".elf" : ".pre.elf"))
        return 1;
    if (is_image)
        return !(image_make(&placement, &objects, options->image) &&
                 emit_json(&placement, &objects, memory_format("%s/system.json", options->out)) &&
                 emit_report(&placement, &objects, memory_format("%s/report.txt", options->out)) &&
                 emit_gdb(&placement, memory_format("%s/system.gdb", options->out)));
    return !emit_scripts(system, board, options->out, true);
}

static int run(const char *verb, const struct options *options)
{
    const struct source *source = source_read(options->system);
    struct board *board = board_read(options->board);
    struct system *system = source != NULL ? description_read(source) : NULL;

    if (board == NULL || system == NULL)
        return 1;
    check(system, board);
    check_files(system);
    if (complaints() != 0)
        return 1;
    capabilities_assign(system, board);
    if (complaints() != 0)
        return 1;
    if (strcmp(verb, "check") == 0)
        return verb_check(options, system, board);
    return verb_place(options, system, board, strcmp(verb, "image") == 0);
}

static bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"board", required_argument, NULL, 'b'},
        {"out", required_argument, NULL, 'o'},
        {"init", required_argument, NULL, 'i'},
        {"image", required_argument, NULL, 'e'},
        {0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'b')
            options->board = optarg;
        else if (option == 'o')
            options->out = optarg;
        else if (option == 'i')
            options->init = optarg;
        else if (option == 'e')
            options->image = optarg;
        else
            return false;
    }
    if (optind + 2 != argc || options->board == NULL || options->out == NULL)
        return false;
    options->system = argv[optind + 1];
    if (strcmp(argv[optind], "check") == 0)
        return true;
    if (strcmp(argv[optind], "image") == 0)
        return options->init != NULL && options->image != NULL;
    return strcmp(argv[optind], "place") == 0 && options->init != NULL;
}

/* What needs no system: print it. False: the command line is about something else. */
static bool print_table(int argc, char **argv)
{
    struct output out = {0};

    if (argc == 2 && strcmp(argv[1], "schema") == 0)
        out = schema_make();
    else if (argc == 2 && strcmp(argv[1], "reference") == 0)
        out = reference_make();
    else
        return false;
    (void)fwrite(out.text, 1, out.length, stdout);
    return true;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    int status = 2;

    if (print_table(argc, argv)) {
        status = 0;
    } else if (read_options(argc, argv, &options)) {
        status = run(argv[optind], &options);
        if (complaints() != 0)
            status = 1;
        complaints_print(stderr);
    } else {
        (void)fputs(usage, stderr);
    }
    memory_release();
    return status;
}
