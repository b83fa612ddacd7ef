/* SPDX-License-Identifier: Unlicense
 *
 * Processes and threads, as the first process makes them. Slots come from rme/alloc.h and are in
 * the table of the caller; every step is asserted.
 */
#pragma once

#include "rme/call.h"
#include "rme/invoke.h"

/* A top level. On an MPU it is a list (abi/memory_map.h) of up to 2^order ranges; with an MMU the
 * order means nothing, and everything lies where it is in physical memory. */
struct rme_space {
    rme_pagetable_t top;
    word_t used;
};

struct rme_space rme_space_make(word_t order);

/* Add [base, base + 2^order) of the first process's own memory; flags are PAGE_*. Returns the table
 * that holds its (first) page, on an MPU at position 0, the only one, with an MMU at that of the
 * base. */
rme_pagetable_t rme_space_add(struct rme_space *space, word_t base, word_t order, word_t flags);

/* The position of that page in its table. */
word_t rme_space_position(word_t base, word_t order);

/* Where the first process has the 2^order bytes at `base`: the source for PGT_ADD. False: it has
 * not. */
struct rme_piece {
    rme_pagetable_t table;
    word_t position, index;
};
bool rme_memory_piece(word_t base, word_t order, struct rme_piece *piece);

/* The same on an MPU, where the position is always 0. */
bool rme_memory_source(word_t base, word_t order, rme_pagetable_t *source, word_t *index);

/* Add what code of this image needs: its text, its data, and the console. */
void rme_space_add_image(struct rme_space *space);

rme_captable_t rme_captable_make(word_t entries);
rme_process_t rme_process_make(rme_captable_t table, const struct rme_space *space);
rme_signal_t rme_signal_make(void);

struct rme_thread_plan {
    word_t slot, memory; /* where to make it; 0: allocate */
    rme_process_t process;
    void (*entry)(word_t param);
    void *stack;
    word_t stack_bytes;
    word_t param, priority, priority_max, budget, attributes, tid;
    rme_thread_t scheduler;
    rme_signal_t endpoint; /* of its events; may be null */
};

/* Create, bind, set entry and stack, and give it its budget: from then on it may run. */
rme_thread_t rme_thread_make(const struct rme_thread_plan *plan);

/* The reverse of all that: free it from its CPU, which must be this one, and delete it. `plan` must
 * name slot and memory, which stay the caller's. NOT_QUIESCENT, with several CPUs: again after a
 * tick; any other status is the kernel's refusal. */
sword_t rme_thread_unmake(rme_thread_t thread, const struct rme_thread_plan *plan);

/* A port into a process, with its own stack. */
rme_invocation_t rme_invocation_make(rme_process_t process, void (*entry)(word_t param),
                                     void *stack, word_t stack_bytes, bool return_on_fault);

/* A port that serves messages (rme/invoke.h). */
rme_invocation_t rme_server_make(rme_process_t process, rme_server_t serve, void *stack,
                                 word_t stack_bytes, bool return_on_fault);
