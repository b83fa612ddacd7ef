/* SPDX-License-Identifier: Unlicense */
#include "kernel/leave.h"

struct thread *leave_kernel(struct cpu *cpu, struct thread *self)
{
    struct thread *next = schedule_highest(cpu);

    if (next != self) {
        cpu->current = next;
        if ((self->special | next->special) != 0)
            schedule_switch_special(cpu, self, next);
    }
    process_enter(cpu, next->process);
    if (cpu->freed != NULL) {
        shared_store_release(&cpu->freed->cpu, 0);
        cpu->freed = NULL;
    }
    return next;
}

ARCH_EXIT leave_special(struct cpu *cpu, struct thread *self)
{
    struct thread *next = cpu->current;

    schedule_switch_special(cpu, self, next);
    if (next->process != self->process)
        process_enter(cpu, next->process);
    ARCH_LEAVE(cpu, next);
}
