/* SPDX-License-Identifier: Unlicense
 *
 * Invocation port: a thread walks through it into the port's process, on its own budget, and back.
 * A port serves one thread at a time; it keeps the way back and a stack that was prepared for it.
 * The ports that a thread is inside form a stack, linked from the top down. `owner` is shared:
 * claimed by compare-exchange, given back by a release store (hazard H9); all else belongs to the
 * claimant.
 */
#pragma once

#include "kernel/schedule.h"

struct port {
    struct port *below; /* the port that the thread entered before this one */
    struct capability *process;
    shared_t owner; /* thread inside, PORT_SETTING, or 0 */
    word_t entry, stack;
    word_t return_on_fault;
    struct arch_return saved;
};

/* Owner while INV_SET changes an idle port. */
enum { PORT_SETTING = 1 };

/* The callee has faulted: if its port asks for it, return in its place with STATUS_FAULT; no
 * register of the callee crosses. Pops one level; the address space follows when the kernel is
 * left. */
MUST_CHECK bool invocation_force_return(struct thread *thread);

/* End all invocations of a thread that does not run any more; its ports become idle. Time:
 * INV_DEPTH_MAX. */
void invocation_unwind(struct thread *thread);
