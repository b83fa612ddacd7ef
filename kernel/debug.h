/* SPDX-License-Identifier: Unlicense
 *
 * Debug builds: refusals and faults explain themselves. Who, by path and thread id
 * (debug_search.h); what call; which operand, what was found there and what was needed; who could
 * grant it. The text comes from abi/calls.toml (explain_table.h). A call that was refused has
 * changed nothing, so that the reason is looked for behind it and the call itself carries nothing.
 *
 * At most DEBUG_REPORTS_MAX refusals and as many faults of one thread are reported in a second, of
 * DEBUG_THREADS_MAX threads of a CPU; the next report says how many were not. NO_EVENT is an answer
 * and is not reported.
 */
#pragma once

#include "kernel/fault.h"
#include "kernel/schedule.h"

enum { DEBUG_REPORTS_MAX = 8, DEBUG_THREADS_MAX = 16 };

/* Nothing is reported: for tests of several CPUs, whose schedules it would multiply. */
extern bool debug_is_silent;

/* The running thread has faulted, and nothing was repaired. Before it is stopped or returned. */
void debug_report_fault(struct cpu *cpu, const struct fault *fault);

/* A call of the running thread, `args`, was refused with `status`. */
void debug_report_refusal(struct cpu *cpu, const word_t *args, sword_t status);
