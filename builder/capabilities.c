/* SPDX-License-Identifier: Unlicense */
#include "builder/capabilities.h"

#include "abi/calls.h"

#include <string.h>

static struct capability *add(struct process *process, const char *type, const char *name,
                              struct place at, const void *of)
{
    struct capability *capability = list_add(&process->capabilities, sizeof(*capability));

    capability->type = type;
    capability->name = name;
    capability->symbol =
        memory_format("%s_%s", strcmp(type, "invocation") == 0 ? "port" : type, name);
    capability->at = at;
    capability->of = of;
    return capability;
}

/* A range of functions, and of their first argument. */
static struct capability *add_functions(struct process *process, const char *symbol,
                                        struct place at, uint64_t first, uint64_t last)
{
    struct capability *capability = add(process, "kfunc", symbol, at, NULL);

    capability->symbol = symbol;
    capability->rights = first << CAP_PAIR_SHIFT | last;
    return capability;
}

/* The grant may stand here already, or an interrupt asks for the same signal. */
static void add_signal(struct process *process, const struct signal *signal, struct place at,
                       uint64_t rights)
{
    struct capability *capability = NULL;

    LIST_EACH(capability, each, process->capabilities)
        if (each->of == signal)
            capability = each;
    if (capability == NULL)
        capability = add(process, "signal", signal->name.text, at, signal);
    capability->rights |= rights;
}

static const struct signal *find_signal(const struct system *system, const char *name)
{
    LIST_EACH(signal, signal, system->signals)
        if (strcmp(signal->name.text, name) == 0)
            return signal;
    return NULL;
}

static void add_signals(const struct system *system, struct process *process)
{
    const uint64_t receive = RIGHT_SIGNAL_RECEIVE_SINGLE | RIGHT_SIGNAL_RECEIVE_ALL |
                             RIGHT_SIGNAL_POLL_SINGLE | RIGHT_SIGNAL_POLL_ALL;

    LIST_EACH(grant, grant, process->signals)
        add_signal(process, grant->granted, grant->name.at, grant->rights);
    LIST_EACH(grant, grant, process->interrupts)
        LIST_EACH(word, word, grant->words)
            add_signal(process, find_signal(system, word->text), grant->name.at, receive);
}

static void add_calls(const struct system *system, struct process *process)
{
    LIST_EACH(word, word, process->calls)
        LIST_EACH(process, server, system->processes)
            LIST_EACH(port, port, server->ports) {
                const char *name = memory_format("%s.%s", server->name.text, port->name.text);
                struct capability *capability;

                if (strcmp(name, word->text) != 0)
                    continue;
                capability = add(process, "invocation", name, word->at, port);
                capability->symbol =
                    memory_format("port_%s_%s", server->name.text, port->name.text);
                capability->rights = RIGHT_INVOCATION_ACTIVATE;
            }
}

/* A scheduler gives its own time to those that it schedules, takes it back, and hears of them. */
static void add_threads(struct process *process)
{
    LIST_EACH(thread, thread, process->threads) {
        bool is_scheduler = false;
        struct capability *capability;

        LIST_EACH(thread, child, process->threads)
            is_scheduler |= child->parent == thread;
        if (!is_scheduler && thread->parent == NULL)
            continue;
        capability = add(process, "thread", thread->name.text, thread->name.at, thread);
        if (is_scheduler)
            capability->rights |=
                RIGHT_THREAD_SCHED_RECEIVE | RIGHT_THREAD_TIME_SOURCE | RIGHT_THREAD_TIME_TARGET;
        if (thread->parent != NULL)
            capability->rights |= RIGHT_THREAD_TIME_TARGET | RIGHT_THREAD_TIME_SOURCE |
                                  RIGHT_THREAD_SCHED_PRIORITY | RIGHT_THREAD_SWITCH;
    }
}

static void add_lines(struct process *process)
{
    LIST_EACH(grant, grant, process->interrupts) {
        const struct interrupt *interrupt = grant->granted;
        struct capability *capability =
            add_functions(process, memory_format("interrupt_%s", grant->name.text), grant->name.at,
                          RME_KFN_INT_LOCAL_MOD, RME_KFN_INT_LOCAL_MOD);

        if (interrupt != NULL) {
            capability->low = interrupt->line;
            capability->high = interrupt->last;
        }
    }
}

static void add_kernel_functions(struct process *process)
{
    LIST_EACH(function, function, process->functions) {
        struct capability *capability =
            add_functions(process, memory_format("function_%s", function->name.text),
                          function->name.at, function->number, function->number);

        capability->low = function->first.value;
        capability->high = function->last.value;
    }
}

/* A device of the I/O space is a range of ports. Who may only read has one function less. */
static void add_ports(struct process *process)
{
    LIST_EACH(grant, grant, process->devices) {
        const struct device *device = grant->granted;
        struct capability *capability;
        bool may_write = (grant->rights & PAGE_WRITE) != 0;

        if (device == NULL || !device->is_port)
            continue;
        capability =
            add_functions(process, memory_format("device_%s", grant->name.text), grant->name.at,
                          RME_KFN_IO_READ, may_write ? RME_KFN_IO_WRITE : RME_KFN_IO_READ);
        capability->low = device->base;
        capability->high = device->base + device->size - 1;
    }
}

unsigned capabilities_slot(const struct process *process, const char *symbol)
{
    for (unsigned i = 0; i < process->capabilities.count; i++)
        if (strcmp(((const struct capability *)process->capabilities.item[i])->symbol, symbol) == 0)
            return i;
    return SLOT_NONE;
}

void capabilities_assign(struct system *system, const struct board *board)
{
    uint64_t most = board->captable_bytes_max / (8 * (uint64_t)board->machine->word_bytes);

    LIST_EACH(process, process, system->processes) {
        add_signals(system, process);
        add_calls(system, process);
        add_threads(process);
        add_lines(process);
        add_kernel_functions(process);
        add_ports(process);
        if (process->capabilities.count > most)
            complain(process->name.at,
                     "split the process, or build with a larger CAPTABLE_BYTES_MAX",
                     "process '%s' would have %zu capabilities, and a table of board %s has %u",
                     process->name.text, process->capabilities.count, board->name, (unsigned)most);
    }
}
