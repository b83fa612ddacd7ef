/* SPDX-License-Identifier: Unlicense
 *
 * The common end of every entry that is not a hot call: whoever is highest runs.
 */
#pragma once

#include "kernel/schedule.h"

/* Switch if another thread is the highest now, follow a change of the address space, and give back
 * the thread that was freed. Returns who runs. */
static inline struct thread *leave_kernel(struct cpu *cpu, struct thread *self)
{
    struct thread *next = schedule_highest(cpu);

    if (next != self)
        schedule_switch(cpu, self, next);
    process_enter(cpu, next->process);
    if (cpu->freed != NULL) {
        shared_store_release(&cpu->freed->cpu, 0);
        cpu->freed = NULL;
    }
    return next;
}
