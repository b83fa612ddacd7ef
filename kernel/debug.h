/* SPDX-License-Identifier: Unlicense
 *
 * Refusals and faults that explain themselves (D13). Debug builds only.
 */
#pragma once

#include "kernel/fault.h"
#include "kernel/schedule.h"

/* Who has faulted, where, and what was not allowed. */
void debug_report_fault(const struct cpu *cpu, const struct fault *fault);

/* A call of the running thread was refused: which, why, and what would have been needed. */
void debug_report_refusal(const struct cpu *cpu, word_t number, const word_t *args, sword_t status);
