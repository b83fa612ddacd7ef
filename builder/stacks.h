/* SPDX-License-Identifier: Unlicense
 *
 * How large the stacks are: what the description says, or for `auto` what the call graph of the
 * process needs (PROCESS.stack.json, which tools/stack.py writes), and what the machine adds.
 */
#pragma once

#include "builder/board.h"
#include "builder/description.h"

/* Without that file there is no call graph, and `auto` is a kibibyte. Complaints: a depth cannot be
 * told. */
void stacks_set(struct process *process, const struct board *board, const char *file);
