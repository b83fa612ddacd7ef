/* SPDX-License-Identifier: Unlicense */
#include "kernel/entry.h"

#include "kernel/debug.h"
#include "kernel/hot.h"
#include "kernel/interrupt.h"
#include "kernel/invocation.h"
#include "kernel/leave.h"
#include "kernel/pagetable.h"
#include "kernel/report.h"
#include "kernel/thread.h"
#include "kernel/time.h"

ARCH_EXIT entry_interrupt_cold(struct cpu *cpu, struct thread *self, word_t line)
{
    interrupt_deliver(cpu, line);
    ARCH_LEAVE(cpu, leave_kernel(cpu, self));
}

ARCH_EXIT entry_interrupt(ARCH_TAIL_PARAMS(struct cpu *cpu, struct thread *self, word_t line))
{
    struct outcome outcome = interrupt_deliver_hot(cpu, self, line);

    if (UNLIKELY(outcome.is_cold))
        ARCH_START_OVER(entry_interrupt_cold, cpu, self, line);
    ARCH_GO_ON_WITH(leave_switch, cpu, self, outcome.next); /* whoever is woken here is higher */
}

ARCH_EXIT entry_timer(struct cpu *cpu, struct thread *self)
{
    struct thread *next;

    time_fire(cpu);
    next = leave_kernel(cpu, self);
    time_arm(cpu);
    if (CONFIG_DEBUG)
        report_drain(cpu);
    ARCH_LEAVE(cpu, next);
}

ARCH_EXIT entry_request(struct cpu *cpu, struct thread *self)
{
    (void)shared_exchange(&cpu->requests, 0); /* a tick does what either request asks */
    time_tick(cpu);
    if (CONFIG_DEBUG)
        report_drain(cpu);
    ARCH_LEAVE(cpu, leave_kernel(cpu, self));
}

static bool repair(struct cpu *cpu, const struct thread *thread, const struct fault *fault)
{
    word_t space;

    if (CONFIG_RAW || fault->access == 0)
        return false;
    space = process_space(thread->process);
    if (pagetable_repair(cpu, space, fault->address, fault->access))
        return true;
    return fault->second != 0 && pagetable_repair(cpu, space, fault->second, fault->access);
}

ARCH_EXIT entry_fault(struct cpu *cpu, struct thread *self, const struct fault *fault)
{
    bool is_repaired = repair(cpu, self, fault);

    if (CONFIG_DEBUG && !is_repaired) {
        debug_report_fault(cpu, fault);
        report_drain(cpu);
    }
    if (!is_repaired) {
        self->fault_cause = fault->cause;
        self->fault_address = fault->address;
        if (!invocation_force_return(self))
            thread_fault(cpu, self);
    }
    ARCH_LEAVE(cpu, leave_kernel(cpu, self));
}
