/* SPDX-License-Identifier: Unlicense
 *
 * Stacks of threads and ports. The kernel never builds anything on a stack; what a thread or port
 * begins with is laid there once, and used again each time it is entered.
 */
#pragma once

#include "rme/invoke.h"

/* Where threads and ports of an image begin and end: each has its own copies. */
struct rme_stubs {
    word_t begin; /* rme_begin, where the machine has one */
    word_t end;   /* rme_thread_end: a thread whose function returns goes there */
    word_t serve; /* rme_serve */
};

/* What rme_thread_end leaves for whoever looks after the thread: it faults, on purpose, with this
 * in the register RME_END_REGISTER of DEBUG_REG_MOD and the value that the function returned in the
 * next. */
#define RME_END_MAGIC ((word_t)0x21444E45) /* "END!" */

/* Lay the frame at the upper end of a stack of `bytes`, which is at least 64. Returns the word for
 * EXEC_SET and INV_SET. */
word_t rme_stack_prepare(void *base, word_t bytes);

/* The same for a port that serves messages (rme/invoke.h); at least 128 bytes. *entry is the entry
 * for INV_SET. */
word_t rme_stack_prepare_server(void *base, word_t bytes, rme_server_t serve, word_t *entry);

/* Both for an image that is not the caller's own. `serve` is the function behind the port; what
 * comes back is the address of the frame as the caller sees the stack. */
word_t rme_stack_prepare_for(const struct rme_stubs *stubs, void *base, word_t bytes);
word_t rme_stack_prepare_server_for(const struct rme_stubs *stubs, void *base, word_t bytes,
                                    word_t serve, word_t *entry);
