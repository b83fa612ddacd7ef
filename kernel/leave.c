/* SPDX-License-Identifier: Unlicense */
#include "kernel/leave.h"

struct thread *leave_kernel(struct cpu *cpu, struct thread *self)
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
