/* SPDX-License-Identifier: Unlicense
 *
 * System calls other than the hot ones: resolve the operands that the table of calls names,
 * dispatch, then run whoever is now the highest.
 */
#pragma once

#include "kernel/schedule.h"

/* The running thread has made a call; its words are at arch_call_args(). */
ARCH_EXIT syscall_cold(struct cpu *cpu, struct thread *self);
