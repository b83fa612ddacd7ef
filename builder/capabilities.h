/* SPDX-License-Identifier: Unlicense
 *
 * Which capabilities each process begins with, and in which slots: the description alone decides,
 * so that headers exist before any code is compiled.
 *
 * In this order: signals, ports, scheduled threads and their schedulers, interrupt lines, kernel
 * functions, devices of the I/O space. What a process may do with memory is in its page table.
 */
#pragma once

#include "builder/board.h"
#include "builder/description.h"

/* Fill process->capabilities of all. Complaints: a table would be too large. */
void capabilities_assign(struct system *system, const struct board *board);

/* The slot of the capability with this handle; a process that has none: SLOT_NONE. */
enum { SLOT_NONE = 0xFFFF };
unsigned capabilities_slot(const struct process *process, const char *symbol);
