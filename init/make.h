/* SPDX-License-Identifier: Unlicense
 *
 * From the boot table to a running system. Everything is made in one pass, and nothing afterwards.
 */
#pragma once

#include "init/table.h"

/* Make all objects and hand out the capabilities. A refusal is printed with the name of what was to
 * be made, and is the end. */
void make_system(void);

/* Restore data, clear the rest, lay the frames of all stacks, set the ports: as a process begins.
 * False, and nothing is changed: somebody is inside one of its ports. */
bool make_fresh(const struct boot_process *process);

/* A thread of init itself, with a budget without end. */
struct own_thread {
    void (*run)(word_t param);
    void *stack;
    word_t stack_bytes, param, priority;
};

/* Make one and let it go. It may be given any other priority. */
rme_thread_t make_own(struct own_thread thread);

/* Bind thread i under its scheduler, and let it go with its budget. */
void make_run(word_t i, rme_signal_t events);
