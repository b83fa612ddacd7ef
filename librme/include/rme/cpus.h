/* SPDX-License-Identifier: Unlicense
 *
 * The other CPUs of the first process. On each there is a thread of the kernel's making, which
 * sleeps until it is given something to do here; only a thread that runs on a CPU can bind others
 * to it.
 */
#pragma once

#include "abi/types.h"
#include "config.h"

/* Run entry(cpu) there, on the thread of CPU `cpu` (1 to rme_boot.cpu_count - 1), once; it must not
 * return. Waits until that CPU has begun, a time tick of its own at the most. */
void rme_cpu_run(word_t cpu, void (*entry)(word_t cpu), void *stack, word_t stack_bytes);
