/* SPDX-License-Identifier: Unlicense
 *
 * The doors from a port into the kernel, beside system calls. Each is called in the kernel, on its
 * CPU's stack, with the registers of the running thread saved as for a call, and leaves it.
 */
#pragma once

#include "kernel/fault.h"
#include "kernel/schedule.h"

/* A line of the interrupt controller has fired. */
ARCH_EXIT entry_interrupt(ARCH_TAIL_PARAMS(struct cpu *cpu, struct thread *self, word_t line));

/* The same, delivered whole; entry_interrupt goes on there where the case is not straight. */
ARCH_EXIT entry_interrupt_cold(struct cpu *cpu, struct thread *self, word_t line);

/* The timer has fired. */
ARCH_EXIT entry_timer(struct cpu *cpu, struct thread *self);

/* Another CPU has set bits of cpu->requests. */
ARCH_EXIT entry_request(struct cpu *cpu, struct thread *self);

/* The running thread has faulted. Repairs a page that is granted and not loaded; else the callee of
 * an invocation is left where its port asks for that; else the thread stops. */
ARCH_EXIT entry_fault(struct cpu *cpu, struct thread *self, const struct fault *fault);
