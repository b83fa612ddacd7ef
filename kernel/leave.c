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

ARCH_EXIT leave_switch(ARCH_TAIL_PARAMS(struct cpu *cpu, struct thread *self, struct thread *next))
{
    struct glance from, to;
    word_t special, space;

    cpu->current = next; /* first: behind a store the compiler would have to load at once */
    from = schedule_glance(self);
    to = schedule_glance(next);
    special = from.special + to.special;
    if (UNLIKELY(special != 0) &&
        (special != SPECIAL_BOTH_FINITE ||
         !schedule_switch_time(cpu, self, schedule_budget(self, from), schedule_budget(next, to))))
        ARCH_GO_SLOWLY(leave_slowly, cpu, self, next);
    if (next->process != self->process && process_changes_space(cpu, next->process, &space))
        ARCH_SWITCH_SPACE(cpu, self, next, space);
    ARCH_SWITCH(cpu, self, next);
}
