/* SPDX-License-Identifier: Unlicense */
#include "builder/stacks.h"

#include "builder/place.h"

/* Where the compiler leaves no call graph. */
enum { WITHOUT_GRAPH = 1024 };

static uint64_t size_of(const struct number *stack, const struct number *margin, bool has_fpu,
                        const struct board *board)
{
    const struct machine *machine = board->machine;
    uint64_t extra = has_fpu ? machine->stack_extra_fpu : machine->stack_extra;
    uint64_t bytes = stack->is_word ? WITHOUT_GRAPH + margin->value : stack->value;

    return align_up(bytes + extra, machine->stack_align);
}

void stacks_set(struct process *process, const struct board *board, const char *file)
{
    (void)file;
    LIST_EACH(thread, thread, process->threads)
    thread->stack_bytes =
        size_of(&thread->stack, &thread->margin, thread->fpu.value != 0 && board->has_fpu, board);
    LIST_EACH(port, port, process->ports)
    port->stack_bytes = size_of(&port->stack, &port->margin, board->has_fpu, board);
}
