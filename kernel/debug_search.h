/* SPDX-License-Identifier: Unlicense
 *
 * Debug builds: where something is, and who has what. Every capability table can be reached from
 * the first process's, so that a slot has a path: boot/9/2 is slot 2 of the table in slot 9 of that
 * table. Until a system description gives names, paths are what a report calls things. The walk
 * takes as long as there are slots: debug builds have no bounds. It goes through valid tables only,
 * which cannot disappear during a call (hazard H4).
 */
#pragma once

#include "kernel/process.h"

/* Collect the tables of this moment, for the functions below on the same CPU. */
void search_tables(const struct cpu *cpu);

/* Report the path of a slot, or its address where no table has it. */
void search_report(const struct cpu *cpu, const struct capability *slot);

/* The root slot of a thread or another object; NULL: none. */
const struct capability *search_root(const struct cpu *cpu, enum cap_type type, const void *object);

/* A capability to what `cap` names, with this right, and no narrower. */
const struct capability *search_right(const struct cpu *cpu, const struct capability *cap,
                                      word_t right);

/* A kernel-function capability that covers a function with a first argument. */
const struct capability *search_function(const struct cpu *cpu, word_t function, word_t object);

/* A process whose capability table holds the slot. */
const struct capability *search_process(const struct cpu *cpu, const struct capability *slot);
