/* SPDX-License-Identifier: Unlicense
 *
 * How large the stacks are: what the description says, or for `auto` what the call graph of the
 * process needs (PROCESS.stack.json, which tools/stack.py writes), and what the machine adds.
 */
#pragma once

#include "builder/board.h"
#include "builder/description.h"

/* `file` is the JSON of one process, or NULL: there is no call graph. */
void stacks_set(struct process *process, const struct board *board, const char *file);
