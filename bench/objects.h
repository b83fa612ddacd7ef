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

enum { BENCH_STACK_BYTES = 512, PLACES = 6 };

struct row;

/* All that one CPU measures with, memory included. */
struct objects {
    word_t cpu, line;  /* its own, before objects_make(); BOARD_IRQ_LINES: none */
    rme_thread_t init; /* the CPU's first thread */
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
    const struct row *row; /* of which there are threads */
    volatile word_t seen;  /* when the receivers and the partner last looked at the counter */
    struct home {
        struct objects *objects;
        word_t slot, memory, endpoint;
    } homes[PLACES];
    char stacks[PLACES][BENCH_STACK_BYTES] __attribute__((aligned(8)));
    char measuring_stack[2048] __attribute__((aligned(8)));
    char port_stack[256] __attribute__((aligned(8)));
};

/* Make everything but the threads, which each row makes anew. On the CPU that they are for. */
void objects_make(struct objects *objects);

/* What the measuring thread of a row acts on. */
struct targets objects_targets(const struct objects *objects);

/* Make the threads of a row. They run when the caller goes to sleep; `measuring` gets the objects.
 */
void objects_start(struct objects *objects, const struct row *row,
                   void (*measuring)(word_t objects));

/* Called by the measuring thread: free all threads of the row, itself last. Does not return. */
void objects_stop(const struct objects *objects);

/* Delete them. */
void objects_delete(const struct objects *objects);

/* Levels of the measuring thread, the partner and the third. */
void objects_levels(const struct objects *objects, word_t measuring, word_t partner, word_t third);

/* The levels at which an operation is measured. In Yield/S the measuring thread is alone in its
 * level; else a third thread is ready there, in Yield/2 behind the partner, which has begun. */
void objects_levels_for(const struct objects *objects, enum operation operation);

/* In a row that uses the FPU: make its registers live in the calling thread. */
void objects_use_fpu(const struct objects *objects);

/* The caller, the first thread of its CPU, lets others run until *is_done. */
void objects_wait(const struct objects *objects, const volatile bool *is_done);
