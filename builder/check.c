/* SPDX-License-Identifier: Unlicense */
#include "builder/check.h"

#include "abi/calls.h"
#include "abi/names.h"
#include "builder/check_policy.h"
#include "builder/units.h"

#include <inttypes.h>
#include <string.h>

static const char *const timer_name = "timer";

/* Every item begins with its name. */
static void *find(const struct list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(((const struct word *)list->item[i])->text, name) == 0)
            return list->item[i];
    return NULL;
}

static struct list names(const struct list *list)
{
    struct list result = {0};

    LIST_EACH(word, item, *list)
        list_append(&result, memory_format("%s", item->text));
    return result;
}

static void unknown(const struct word *word, const char *what, const char *where, struct list known)
{
    complain(word->at, suggest(word->text, &known, "there are:"), "there is no %s '%s'%s", what,
             word->text, where);
}

static bool is_before(const struct word *left, const struct word *right)
{
    return left->at.line < right->at.line ||
           (left->at.line == right->at.line && left->at.column < right->at.column);
}

/* ---- Rights ---- */

static unsigned signal_rights(const struct list *words)
{
    static const struct {
        const char *word;
        unsigned rights;
    } meanings[] = {
        {"send", RIGHT_SIGNAL_SEND},
        {"receive", RIGHT_SIGNAL_RECEIVE_SINGLE | RIGHT_SIGNAL_RECEIVE_ALL |
                        RIGHT_SIGNAL_POLL_SINGLE | RIGHT_SIGNAL_POLL_ALL},
        {"poll", RIGHT_SIGNAL_POLL_SINGLE | RIGHT_SIGNAL_POLL_ALL},
        {"kernel_send", RIGHT_SIGNAL_KERNEL_SEND},
    };
    unsigned rights = 0;

    LIST_EACH(word, word, *words)
        for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
            if (strcmp(word->text, meanings[i].word) == 0)
                rights |= meanings[i].rights;
    return rights;
}

static unsigned access_rights(const struct list *words)
{
    unsigned rights = 0;

    LIST_EACH(word, word, *words) {
        if (strcmp(word->text, "read") == 0)
            rights |= PAGE_READ;
        if (strcmp(word->text, "write") == 0)
            rights |= PAGE_WRITE;
        if (strcmp(word->text, "execute") == 0)
            rights |= PAGE_EXECUTE;
    }
    return rights;
}

static void check_access(const struct grant *grant)
{
    if (grant->words.count != 0 && (grant->rights & PAGE_READ) == 0)
        complain(grant->name.at, "add 'read'", "no machine has access without reading");
}

/* ---- Signals ---- */

static void receive(struct signal *signal, struct process *process, struct place at)
{
    if (signal->receiver != NULL && signal->receiver != process)
        complain(at, "a signal has one receiver; make another signal for the other process",
                 "process '%s' receives '%s' already", signal->receiver->name.text,
                 signal->name.text);
    signal->receiver = process;
}

static void check_signals(struct system *system, struct process *process)
{
    const unsigned receiving = RIGHT_SIGNAL_POLL_SINGLE | RIGHT_SIGNAL_POLL_ALL;

    LIST_EACH(grant, grant, process->signals) {
        struct signal *signal = find(&system->signals, grant->name.text);

        grant->granted = signal;
        grant->rights = signal_rights(&grant->words);
        if (signal == NULL) {
            unknown(&grant->name, "signal", "", names(&system->signals));
            continue;
        }
        if ((grant->rights & RIGHT_SIGNAL_SEND) != 0)
            signal->senders++;
        if ((grant->rights & RIGHT_SIGNAL_KERNEL_SEND) != 0 && signal != system->timer)
            signal->senders++;
        if ((grant->rights & receiving) != 0)
            receive(signal, process, grant->name.at);
        if (strcmp(signal->name.text, timer_name) == 0 && (grant->rights & RIGHT_SIGNAL_SEND) != 0)
            complain(grant->name.at, "grant it kernel_send, receive or poll",
                     "the timer's signal is sent by the kernel alone");
    }
}

static void check_unused_signals(const struct system *system)
{
    LIST_EACH(signal, signal, system->signals) {
        if (strcmp(signal->name.text, timer_name) == 0)
            continue;
        if (signal->senders == 0 && signal->receiver == NULL)
            complain(signal->name.at, "remove it, or grant it under a process's 'signals'",
                     "nobody uses the signal '%s'", signal->name.text);
        else if (signal->senders == 0)
            complain(signal->name.at, "grant 'send' to a process, or bind an interrupt to it",
                     "nobody can ever send '%s'", signal->name.text);
        else if (signal->receiver == NULL)
            complain(signal->name.at, "grant 'receive' to a process",
                     "nobody can ever receive '%s'", signal->name.text);
    }
}

/* ---- Shared memory, devices, interrupts, functions ---- */

static void check_shared(struct system *system, struct process *process)
{
    LIST_EACH(grant, grant, process->shared) {
        struct shared *shared = find(&system->shared, grant->name.text);

        grant->granted = shared;
        grant->rights = access_rights(&grant->words);
        check_access(grant);
        if (shared == NULL) {
            unknown(&grant->name, "shared memory", "", names(&system->shared));
            continue;
        }
        shared->users++;
        if ((grant->rights & ~shared->rights) != 0)
            complain(grant->name.at, "ask for less, or add it to its 'access'",
                     "the shared memory '%s' does not allow this access", shared->name.text);
    }
}

static void check_shared_items(struct system *system)
{
    LIST_EACH(shared, shared, system->shared)
        shared->rights = access_rights(&shared->access);
}

static void check_unused_shared(const struct system *system)
{
    LIST_EACH(shared, shared, system->shared) {
        if (shared->users == 0)
            complain(shared->name.at, "remove it, or grant it under a process's 'shared'",
                     "nobody uses the shared memory '%s'", shared->name.text);
        else if (shared->users == 1)
            complain(shared->name.at, "make it a variable of that process",
                     "only one process uses the shared memory '%s'", shared->name.text);
    }
}

static void check_devices(struct process *process, const struct board *board)
{
    LIST_EACH(grant, grant, process->devices) {
        struct list known = {0};

        grant->rights = access_rights(&grant->words);
        check_access(grant);
        for (size_t i = 0; board != NULL && i < board->devices.count; i++) {
            const struct device *device = board->devices.item[i];

            list_append(&known, memory_format("%s", device->name));
            if (strcmp(device->name, grant->name.text) == 0)
                grant->granted = device;
        }
        if (board != NULL && grant->granted == NULL)
            unknown(&grant->name, "device", memory_format(" on board %s", board->name), known);
    }
}

static void check_line(struct grant *grant, const struct board *board)
{
    struct list known = {0};

    for (size_t i = 0; board != NULL && i < board->interrupts.count; i++) {
        const struct interrupt *interrupt = board->interrupts.item[i];

        list_append(&known, memory_format("%s", interrupt->name));
        if (strcmp(interrupt->name, grant->name.text) == 0)
            grant->granted = interrupt;
    }
    if (board != NULL && grant->granted == NULL)
        unknown(&grant->name, "interrupt line", memory_format(" on board %s", board->name), known);
}

static void check_interrupts(struct system *system, struct process *process,
                             const struct board *board)
{
    LIST_EACH(grant, grant, process->interrupts) {
        check_line(grant, board);
        LIST_EACH(word, word, grant->words) {
            struct signal *signal = find(&system->signals, word->text);

            if (signal == NULL || signal == system->timer) {
                unknown(word, "signal", "", names(&system->signals));
                continue;
            }
            signal->senders++;
            receive(signal, process, word->at);
        }
        LIST_EACH(process, other, system->processes) {
            const struct grant *same = find(&other->interrupts, grant->name.text);

            if (same != NULL && is_before(&same->name, &grant->name))
                complain(grant->name.at, "a line has one driver",
                         "process '%s' has the interrupt '%s' already", other->name.text,
                         grant->name.text);
        }
    }
}

static void check_functions(struct process *process)
{
    LIST_EACH(function, function, process->functions) {
        struct list known = {0};
        bool is_known = false;

        for (size_t i = 0; i < sizeof(rme_function_names) / sizeof(rme_function_names[0]); i++) {
            list_append(&known, memory_format("%s", rme_function_names[i].name));
            if (strcmp(rme_function_names[i].name, function->name.text) != 0)
                continue;
            is_known = true;
            function->number = (unsigned)rme_function_names[i].number;
        }
        if (!is_known)
            unknown(&function->name, "kernel function", "", known);
        if (!function->last.is_given)
            function->last.value = function->first.value;
        if (function->last.value < function->first.value)
            complain(function->last.at, "'last' is 'first' or above", "this range is empty");
    }
}

/* ---- Calls ---- */

/* A visitor brings its own registers. */
static void check_visitors(const struct process *process, const struct process *server,
                           const struct word *call)
{
    LIST_EACH(thread, thread, process->threads)
        if (server->libc.value != 0 && thread->fpu.value == 0)
            complain(call->at, memory_format("give '%s' fpu: true", thread->name.text),
                     "process '%s' computes with the FPU, which thread '%s' has not",
                     server->name.text, thread->name.text);
}

static void check_calls(struct system *system, struct process *process)
{
    LIST_EACH(word, word, process->calls) {
        const char *dot = strchr(word->text, '.');
        struct word owner = {memory_text(word->text, (size_t)(dot - word->text)), word->at};
        struct word name = {dot + 1, word->at};
        struct process *server = find(&system->processes, owner.text);
        struct port *port = server != NULL ? find(&server->ports, name.text) : NULL;

        if (server == NULL)
            unknown(&owner, "process", "", names(&system->processes));
        else if (port == NULL)
            unknown(&name, "port", memory_format(" of process '%s'", server->name.text),
                    names(&server->ports));
        else {
            port->users++;
            check_visitors(process, server, word);
        }
    }
}

static void check_ports(const struct process *process)
{
    LIST_EACH(port, port, process->ports)
        if (port->users == 0)
            complain(port->name.at, "remove it, or add it to the 'calls' of a process",
                     "nobody may call the port '%s'", port->name.text);
}

/* ---- Threads ---- */

static void check_scheduler(const struct system *system, struct thread *thread)
{
    bool is_init = strcmp(thread->scheduler.text, "init") == 0;

    if (!is_init) {
        thread->parent = find(&thread->process->threads, thread->scheduler.text);
        if (thread->parent == NULL)
            unknown(&thread->scheduler, "thread", " of this process",
                    names(&thread->process->threads));
        if (thread->parent == thread)
            complain(thread->scheduler.at, NULL, "a thread cannot be its own scheduler");
        if (thread->events.text == NULL)
            complain(thread->name.at, "name the signal that tells the scheduler: events: NAME",
                     "the scheduler of '%s' would never hear of it", thread->name.text);
    }
    if (thread->events.text == NULL)
        return;
    if (is_init)
        complain(thread->events.at, "remove it, or name a scheduler",
                 "'events' has no effect: init has a signal of its own");
    thread->told = find(&system->signals, thread->events.text);
    if (thread->told == NULL || thread->told == system->timer)
        unknown(&thread->events, "signal", "", names(&system->signals));
    else
        ((struct signal *)find(&system->signals, thread->events.text))->senders++;
}

static void check_circle(const struct thread *thread)
{
    const struct thread *parent = thread->parent;

    for (size_t i = 0; parent != NULL && i <= thread->process->threads.count; i++)
        parent = parent->parent;
    if (parent != NULL && thread->parent != thread)
        complain(thread->scheduler.at, "one of them has the scheduler init",
                 "these threads schedule each other in a circle");
}

static void check_priority(const struct thread *thread, const struct board *board)
{
    uint64_t highest = board->priorities - 2;

    if (thread->priority_max.value < thread->priority.value)
        complain(thread->priority_max.at, "raise it, or lower the priority",
                 "'priority_max' is below the priority");
    if (thread->priority.value > highest)
        complain(thread->priority.at, memory_format("it may be 1 to %" PRIu64, highest),
                 "board %s has no such priority for a process", board->name);
    if (thread->priority_max.is_given && thread->priority_max.value > highest)
        complain(thread->priority_max.at, memory_format("it may be 1 to %" PRIu64, highest),
                 "board %s has no such priority for a process", board->name);
}

static void check_stack(const struct number *stack, const struct number *margin)
{
    if (!stack->is_word && margin->is_given)
        complain(margin->at, "remove it, or say stack: auto",
                 "'margin' has no effect on a stack of fixed size");
}

static void check_threads(const struct system *system, struct process *process,
                          const struct board *board)
{
    LIST_EACH(thread, thread, process->threads) {
        thread->process = process;
        if (thread->entry.text == NULL)
            thread->entry = thread->name;
        if (!thread->priority_max.is_given)
            thread->priority_max.value = thread->priority.value;
        if (strcmp(thread->entry.text, "main") == 0 && thread->parameter.is_given)
            complain(thread->parameter.at, "remove it, or begin with another function",
                     "main() has no parameter");
        if (strcmp(thread->entry.text, "main") == 0 && thread->parameter_time.is_given)
            complain(thread->parameter_time.at, "remove it, or begin with another function",
                     "main() has no parameter");
        if (thread->parameter.is_given && thread->parameter_time.is_given)
            complain(thread->parameter_time.at, "remove it, or 'parameter'",
                     "a function has one parameter");
        check_scheduler(system, thread);
        check_stack(&thread->stack, &thread->margin);
        if (board != NULL)
            check_priority(thread, board);
    }
    LIST_EACH(thread, thread, process->threads)
        check_circle(thread);
    LIST_EACH(port, port, process->ports) {
        port->process = process;
        if (port->entry.text == NULL)
            port->entry = port->name;
        check_stack(&port->stack, &port->margin);
    }
    if (process->threads.count + process->ports.count == 0)
        complain(process->name.at, "give it 'threads' or 'ports'", "process '%s' can never run",
                 process->name.text);
}

/* A function is declared once, as one thing. */
static void check_entries(const struct process *process)
{
    LIST_EACH(port, port, process->ports) {
        if (strcmp(port->entry.text, "main") == 0)
            complain(port->entry.at, "name another function", "a port cannot begin with main()");
        LIST_EACH(thread, thread, process->threads)
            if (strcmp(thread->entry.text, port->entry.text) == 0)
                complain(port->entry.at, "a port's function returns a word, a thread's does not",
                         "'%s' is the function of a thread already", port->entry.text);
    }
}

/* ---- Programs ---- */

static const char *without_folders(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* Of two files of one name a program could open only one. */
static void check_file(const struct process *process, const struct word *file)
{
    if (process->libc.value == 0)
        complain(file->at, "say libc: true", "without fopen() nobody can read '%s'", file->text);
    if (strpbrk(file->text, "\"\\") != NULL)
        complain(file->at, "rename it", "'%s' has a quote or a backslash", file->text);
    LIST_EACH(word, other, process->files) {
        if (other == file)
            return;
        if (strcmp(without_folders(other->text), without_folders(file->text)) == 0)
            complain(file->at, "rename one of them", "the program opens another file as '%s'",
                     without_folders(file->text));
    }
}

/* Where a chip has no FPU the compiler does without, and the key means nothing. */
static void check_program(const struct process *process)
{
    LIST_EACH(word, file, process->files)
        check_file(process, file);
    LIST_EACH(word, foreign, process->foreign)
        LIST_EACH(word, own, process->sources)
            if (strcmp(own->text, foreign->text) == 0)
                complain(foreign->at, "remove one of them", "'%s' stands under 'sources' already",
                         foreign->text);
    LIST_EACH(thread, thread, process->threads)
        if (process->libc.value != 0 && thread->fpu.value == 0)
            complain(thread->name.at, "give it fpu: true",
                     "the C library computes with doubles, and this thread has no FPU");
}

/* ---- Restart ---- */

static void check_restart(const struct system *system, struct process *process)
{
    struct restart *restart = &process->restart;
    bool is_restart = restart->policy.value == RESTART_RESTART;

    if (process->threads.count == 0)
        complain(restart->policy.at, "remove it",
                 "this has no effect: process '%s' has no thread that could fault",
                 process->name.text);

    LIST_EACH(process, other, system->processes)
        if (is_restart && find(&other->signals, timer_name) != NULL &&
            (restart->back_off.value != 0 || !restart->within.is_word))
            complain(restart->policy.at,
                     "say within: infinite, and no back_off, or leave the timer to init",
                     "this restart needs the timer, which process '%s' has", other->name.text);
    if (restart->tell.text != NULL) {
        restart->told = find(&system->signals, restart->tell.text);
        if (restart->told == NULL || restart->told == system->timer)
            unknown(&restart->tell, "signal", "", names(&system->signals));
        else
            ((struct signal *)find(&system->signals, restart->tell.text))->senders++;
    }
    for (int i = 0; i < 3 && !is_restart; i++) {
        const struct number *numbers[] = {&restart->limit, &restart->within, &restart->back_off};

        if (numbers[i]->is_given)
            complain(numbers[i]->at, "remove it, or say policy: restart",
                     "this has no effect without the policy 'restart'");
    }
    if (!is_restart && restart->tell.text != NULL)
        complain(restart->tell.at, "remove it, or say policy: restart",
                 "this has no effect without the policy 'restart'");
}

/* ---- All of it ---- */

static void check_name(const struct word *name)
{
    static const char *const taken[] = {"init", "kernel", "boot"};

    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        if (strcmp(name->text, taken[i]) == 0)
            complain(name->at, "choose another name", "'%s' is the name of a part of every system",
                     taken[i]);
}

static void add_timer(struct system *system)
{
    struct signal *timer = find(&system->signals, timer_name);

    if (timer != NULL)
        complain(timer->name.at, "remove it; grant it under a process's 'signals'",
                 "the signal 'timer' is there in every system");
    timer = list_add(&system->signals, sizeof(*timer));
    timer->name.text = timer_name;
    system->timer = timer;
}

static void check_process(struct system *system, struct process *process, const struct board *board)
{
    check_name(&process->name);
    check_signals(system, process);
    check_shared(system, process);
    check_devices(process, board);
    check_interrupts(system, process, board);
    check_functions(process);
    check_threads(system, process, board);
    check_entries(process);
    check_program(process);
    if (process->restart.name.text != NULL)
        check_restart(system, process);
}

void check(struct system *system, const struct board *board)
{
    if (system->name.text == NULL)
        system->name.text = "";
    add_timer(system);
    check_shared_items(system);
    LIST_EACH(process, process, system->processes)
        check_process(system, process, board);
    LIST_EACH(process, process, system->processes)
        check_calls(system, process);
    LIST_EACH(process, process, system->processes)
        check_ports(process);
    check_unused_signals(system);
    check_unused_shared(system);
    check_policy(system);
    if (board != NULL && !board->has_debug)
        complain((struct place){.source = system->source}, "build without KFUNC_DEBUG=0",
                 "init looks at faults by the kernel functions for debugging");
    if (board != NULL && board->is_raw)
        complain((struct place){.source = system->source}, "build without RAW=1",
                 "raw address spaces have no processes to describe");
}
