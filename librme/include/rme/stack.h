/* SPDX-License-Identifier: Unlicense
 *
 * Stacks of threads and ports. The kernel never builds anything on a stack; what a thread or port
 * begins with is laid there once, and used again each time it is entered.
 */
#pragma once

#include "rme/invoke.h"

/* Lay the frame at the upper end of a stack of `bytes`, which is at least 64. Returns the word for
 * EXEC_SET and INV_SET. */
word_t rme_stack_prepare(void *base, word_t bytes);

/* The same for a port that serves messages (rme/invoke.h); at least 128 bytes. *entry is the entry
 * for INV_SET. */
word_t rme_stack_prepare_server(void *base, word_t bytes, rme_server_t serve, word_t *entry);
