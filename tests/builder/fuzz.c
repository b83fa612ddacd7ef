/* SPDX-License-Identifier: Unlicense
 *
 * Any text as a description, for a fuzzer and for a test that has seeds: whatever it is, the
 * builder says what is wrong with it, or places it. What it accepts must mean something: every name
 * leads somewhere, every thread has a priority and a budget, and every process reaches its own
 * memory only.
 *
 *   fuzz BOARD.json... < DESCRIPTION       one, for the fuzzer: it aborts on a wrong claim
 *   fuzz BOARD.json... -- DESCRIPTION...   seeds
 */
#include "builder/capabilities.h"
#include "builder/check.h"
#include "tests/builder/placed.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 << 10, BOARDS_MAX = 4 };

static const struct board *boards[BOARDS_MAX];
static unsigned board_count, accepted;

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s\n", what);
    abort();
}

static void look_at_threads(const struct process *process)
{
    LIST_EACH(thread, thread, process->threads) {
        must(thread->name.text[0] != '\0', "a thread has no name");
        must(thread->priority.value >= 1 && thread->priority.value <= 62,
             "a priority is out of range");
        must(thread->priority_max.value >= thread->priority.value, "a priority is above its limit");
        must(thread->budget.is_given && (thread->budget.is_word || thread->budget.value != 0),
             "a thread has no budget");
        must(thread->process == process, "a thread is of no process");
    }
}

static void look_at_grants(const struct list *grants)
{
    LIST_EACH(grant, grant, *grants) {
        must(grant->granted != NULL, "a grant is of nothing");
        must(grant->words.count != 0, "a grant is empty");
    }
}

/* A name that two have would be ambiguous in every message. */
static void look_at_names(const struct system *system)
{
    LIST_EACH(process, a, system->processes)
        LIST_EACH(process, b, system->processes)
            must(a == b || strcmp(a->name.text, b->name.text) != 0, "two processes have one name");
}

static void look_at(const struct system *system)
{
    must(system->name.text != NULL && system->processes.count != 0, "a system is empty");
    look_at_names(system);
    LIST_EACH(signal, signal, system->signals)
        must(signal == system->timer || (signal->receiver != NULL && signal->senders != 0),
             "a signal has no effect");
    LIST_EACH(process, process, system->processes) {
        must(process->sources.count != 0, "a process has no program");
        look_at_threads(process);
        look_at_grants(&process->signals);
        look_at_grants(&process->shared);
        look_at_grants(&process->devices);
        look_at_grants(&process->interrupts);
        LIST_EACH(port, port, process->ports)
            must(port->users != 0, "nobody may call a port");
        LIST_EACH(capability, capability, process->capabilities)
            must(capability->symbol != NULL && capability->rights != 0,
                 "a capability is worth nothing");
    }
}

static void run(const char *text, const struct board *board)
{
    struct source source = {.path = "", .text = text, .bytes = strlen(text)};
    struct placement placement = {.board = board, .table_bytes = 512};
    struct system *system = description_read(&source);
    FILE *nowhere = fopen("/dev/null", "w");
    const char *wrong;

    must(system != NULL || complaints() != 0, "no description and no complaint");
    if (system != NULL)
        check(system, board);
    if (complaints() == 0)
        capabilities_assign(system, board);
    if (complaints() == 0) {
        look_at(system);
        placement.system = system;
        placed_add_programs(&placement);
        place(&placement);
        if (complaints() == 0) {
            accepted++;
            wrong = placed_wrong(&placement);
            must(wrong == NULL, wrong != NULL ? wrong : "");
        }
    }
    complaints_print(nowhere);
    (void)fclose(nowhere);
}

static bool run_file(FILE *file)
{
    char *text = memory_take(TEXT_MAX);

    if (file == NULL)
        return false;
    text[fread(text, 1, TEXT_MAX - 1, file)] = '\0';
    for (unsigned i = 0; i < board_count; i++)
        run(text, boards[i]);
    return true;
}

static int run_seeds(int count, char **paths)
{
    for (int i = 0; i < count; i++) {
        unsigned before = accepted;
        FILE *file = fopen(paths[i], "r");
        bool is_good = run_file(file) && accepted == before + board_count;

        if (file != NULL)
            (void)fclose(file);
        printf("%sok %d - %s is accepted for every board\n", is_good ? "" : "not ", i + 1,
               paths[i]);
    }
    printf("1..%d\n", count);
    return 0;
}

int main(int argc, char **argv)
{
    int i = 1, status = 0;

    for (; i < argc && strcmp(argv[i], "--") != 0 && board_count < BOARDS_MAX; i++)
        if ((boards[board_count++] = board_read(argv[i])) == NULL)
            return 2;
#ifdef __AFL_HAVE_MANUAL_CONTROL
    __AFL_INIT(); /* boards are read once */
#endif
    if (i < argc)
        status = run_seeds(argc - i - 1, argv + i + 1);
    else
        (void)run_file(stdin);
    memory_release();
    return status;
}
