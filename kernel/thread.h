/* SPDX-License-Identifier: Unlicense
 *
 * Thread: created anywhere, bound to a CPU under a scheduler thread, run there, freed again. Its
 * object holds its registers (schedule.h has the structure). A thread inside an invocation belongs
 * to the callee for that time: giving it a new entry first ends all its invocations.
 */
#pragma once

#include "kernel/schedule.h"

/* The running thread has faulted and no port returns in its place: it stops until THD_EXEC_SET, and
 * its scheduler gets an event. Panics for an init thread. */
void thread_fault(struct cpu *cpu, struct thread *thread);

/* Boot: the init thread of a CPU, bound, ready and running, in `process`. Held for ever. */
void thread_boot(struct cpu *cpu, struct capability *slot, struct thread *thread,
                 struct capability *process);
