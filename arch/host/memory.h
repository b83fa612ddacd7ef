/* SPDX-License-Identifier: Unlicense
 *
 * Kernel memory under watch. Free granules hold rubbish, and nobody may touch them: under ASan they
 * are poisoned, and in every build an atomic operation in one, or a change found when it is
 * allocated, is a violation. What is free the kernel's own bitmap says.
 */
#pragma once

#include "arch/atomic.h"
#include "arch/host/machine.h"

enum { HOST_BITMAP_WORDS = HOST_KMEM_BYTES / 32 / WORD_BITS };
extern shared_t host_bitmap[HOST_BITMAP_WORDS];

/* Everything is free. */
void host_memory_reset(void);

/* Lift the poison to read or write all of it, and lay it again as the bitmap says. */
void host_memory_open(void);
void host_memory_close(void);

/* The point of a run, where another CPU may go on (run.c), or another thread (threads.c). */
void host_run_point(const void *word, bool writes);
void host_thread_point(void);
