/* SPDX-License-Identifier: Unlicense
 *
 * The objects of the benchmark.
 */
#pragma once

#include "bench/bench.h"

/* Levels: receivers that preempt, the measuring thread and its peers, those that wait for it. */
enum {
    LEVEL_ASIDE = 2,
    LEVEL_LOW = 4,
    LEVEL_BELOW = 8,
    LEVEL_MEASURE = 10,
    LEVEL_RECEIVE = 12,
    LEVEL_INIT = 31
};

struct objects {
    rme_process_t process, other_process;
    rme_signal_t first, second, self, low;
    rme_invocation_t port;
    rme_thread_t measuring, first_receiver, second_receiver, partner, third, low_receiver;
    word_t refused; /* slot of an endpoint capability without the right to send */
    word_t own;     /* slot of the table that these slots are in, as a table in itself */
    word_t spare;   /* an empty slot */
    word_t memory;  /* free kernel memory for one thread */
    rme_pagetable_t table;
    struct rme_piece source;
    word_t page_flags, page_position;
};

extern struct objects objects;

/* Make everything but the threads, which each row makes anew. */
void objects_make(void);

/* Make the threads of a row. They run when the caller goes to sleep. */
void objects_start(const struct row *row, void (*measuring)(word_t param));

/* Called by the measuring thread: free all threads of the row, itself last. Does not return. */
void objects_stop(void);

/* Delete them. */
void objects_delete(void);

/* Levels of the measuring thread, the partner and the third. */
void objects_levels(word_t measuring, word_t partner, word_t third);

/* In a row that uses the FPU: make its registers live in the calling thread. */
void objects_use_fpu(void);
