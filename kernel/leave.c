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

/* Out of line, so that the quick half below needs no register but those of its arguments. */
NOINLINE ARCH_EXIT leave_slowly(struct cpu *cpu, struct thread *self, struct thread *next)
{
    schedule_switch_special(cpu, self, next);
    process_enter(cpu, next->process);
    ARCH_LEAVE(cpu, next);
}

ARCH_EXIT leave_switch(struct cpu *cpu, struct thread *self, struct thread *next)
{
    struct glance from = schedule_glance(self), to = schedule_glance(next);
    word_t special = from.special + to.special;
    word_t space;

    cpu->current = next;
    if (UNLIKELY(special != 0) && (special != SPECIAL_BOTH_FINITE ||
                                   !schedule_switch_time(cpu, self, from.budget, to.budget)))
        ARCH_GO_SLOWLY(leave_slowly, cpu, self, next);
    if (next->process != self->process && process_changes_space(cpu, next->process, &space))
        ARCH_LEAVE_SPACE(cpu, next, space);
    ARCH_LEAVE(cpu, next);
}

ARCH_EXIT leave_process(struct cpu *cpu, struct thread *self)
{
    word_t space;

    if (process_changes_space(cpu, self->process, &space))
        ARCH_LEAVE_SPACE(cpu, self, space);
    ARCH_LEAVE(cpu, self);
}
