/* SPDX-License-Identifier: Unlicense
 *
 * The common end of every entry that is not a hot call: whoever is highest runs.
 */
#pragma once

#include "kernel/schedule.h"

/* Switch if another thread is the highest now, follow a change of the address space, and give back
 * the thread that was freed. Returns who runs. */
struct thread *leave_kernel(struct cpu *cpu, struct thread *self);
