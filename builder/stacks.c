/* SPDX-License-Identifier: Unlicense */
#include "builder/stacks.h"

#include "builder/place.h"
#include "builder/tree.h"
#include "builder/units.h"

#include <unistd.h>

enum { WITHOUT_GRAPH = 1024 };

struct graph {
    const struct board *board;
    bool has_stubs;            /* of invocations: what they keep is in no graph */
    const struct node *depths; /* NULL: there is no graph */
};

/* What the function of a stack needs by itself. */
static uint64_t depth_of(const struct graph *graph, const struct word *entry)
{
    const struct node *node = tree_value(graph->depths, entry->text);
    uint64_t depth = WITHOUT_GRAPH;

    if (graph->depths == NULL)
        return depth;
    if (node == NULL || units_number(node->text, &depth) != NULL)
        complain(entry->at, "give the stack a size", "how deep '%s' goes cannot be told: %s",
                 entry->text, node != NULL ? node->text : "it is not in the call graph");
    return depth;
}

static uint64_t size_of(const struct graph *graph, const struct number *stack,
                        const struct number *margin, const struct word *entry, bool has_fpu)
{
    const struct machine *machine = graph->board->machine;
    uint64_t bytes = stack->value;

    if (stack->is_word)
        bytes = depth_of(graph, entry) + margin->value +
                (has_fpu ? machine->stack_extra_fpu : machine->stack_extra) +
                (graph->has_stubs ? machine->stack_invocation : 0);
    return align_up(bytes, machine->stack_align);
}

static bool has_stubs(const struct program *program)
{
    static const char *const stubs[] = {"rme_invoke_word", "rme_invoke_hidden_stub",
                                        "rme_invoke_message_stub"};
    uint64_t unused;

    for (size_t i = 0; i < sizeof(stubs) / sizeof(stubs[0]); i++)
        if (program_symbol(program, stubs[i], &unused))
            return true;
    return false;
}

void stacks_set(struct process *process, const struct board *board, const char *file)
{
    struct graph graph = {.board = board};

    if (access(file, R_OK) == 0) {
        graph.depths = tree_read(source_read(file));
        graph.has_stubs = has_stubs(process->layout->program);
    }
    LIST_EACH(thread, thread, process->threads)
        thread->stack_bytes = size_of(&graph, &thread->stack, &thread->margin, &thread->entry,
                                      thread->fpu.value != 0 && board->has_fpu);
    LIST_EACH(port, port, process->ports)
        port->stack_bytes =
            size_of(&graph, &port->stack, &port->margin, &port->entry, board->has_fpu);
}
