/* SPDX-License-Identifier: Unlicense
 *
 * What the files of this port share among themselves.
 */
#pragma once

#include "kernel/cpu.h"
#include "kernel/entry.h"

/* entry.S */
extern const char load_user_access[], load_user_refused[];
NORETURN void leave_reset(struct cpu *cpu, void *stack);
word_t load_user(word_t address, word_t *value);

/* Reached from entry.S. */
NORETURN void start(void);
NORETURN void user_fault(struct cpu *cpu, struct thread *self);
void kernel_fault(word_t *frame);
NORETURN void nonmaskable(void);
