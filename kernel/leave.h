/* SPDX-License-Identifier: Unlicense
 *
 * The common ends of entries: whoever is highest runs.
 */
#pragma once

#include "kernel/schedule.h"

/* Switch if another thread is the highest now, follow a change of the address space, and give back
 * the thread that was freed. Returns who runs. */
struct thread *leave_kernel(struct cpu *cpu, struct thread *self);

/* The end of a hot half that switches from `self` to `next`, which is another thread. */
ARCH_EXIT leave_switch(ARCH_TAIL_PARAMS(struct cpu *cpu, struct thread *self, struct thread *next));

/* Its slow half: the registers of both are in their contexts. */
ARCH_EXIT leave_slowly(struct cpu *cpu, struct thread *self, struct thread *next);

/* Behind a direct call (direct.h): debug builds tell of a refusal. Returns `result`. In syscall.c.
 */
sword_t syscall_tell(struct cpu *cpu, sword_t result);

/* The whole call, made by the running thread; its words are at arch_call_args(). In syscall.c,
 * above: a hot call that is not straight goes on there, as a port's entry does. */
ARCH_EXIT syscall_cold(struct cpu *cpu, struct thread *self);
