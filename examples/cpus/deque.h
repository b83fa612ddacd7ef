/* SPDX-License-Identifier: Unlicense
 *
 * A bounded work-stealing deque: its owner pushes and takes at the bottom, others steal at the top
 * (Chase and Lev, SPAA 2005; the orders are those of Le, Pop, Cohen and Zappa Nardelli, PPoPP
 * 2013). It never waits: a steal that loses says so.
 */
#pragma once

#include "abi/types.h"

#include <stdatomic.h>

enum { DEQUE_TASKS = 256 }; /* a power of two */

struct task {
    word_t row, columns, left, right; /* what is threatened; one word would do on a smaller board */
};

struct deque {
    _Alignas(64) _Atomic(word_t) top;    /* next to be stolen: others' line */
    _Alignas(64) _Atomic(word_t) bottom; /* behind the last: the owner's */
    struct {
        _Atomic(word_t) words[4];
    } tasks[DEQUE_TASKS];
};

/* Owner. False: it is full. */
static inline bool deque_push(struct deque *deque, const struct task *task)
{
    word_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
    word_t top = atomic_load_explicit(&deque->top, memory_order_acquire);
    const word_t words[4] = {task->row, task->columns, task->left, task->right};

    if (bottom - top >= DEQUE_TASKS)
        return false;
    for (unsigned i = 0; i < 4; i++)
        atomic_store_explicit(&deque->tasks[bottom % DEQUE_TASKS].words[i], words[i],
                              memory_order_relaxed);
    /* Who sees this bottom sees the task. */
    atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_release);
    return true;
}

static inline void deque_read(struct deque *deque, word_t place, struct task *task)
{
    word_t words[4];

    for (unsigned i = 0; i < 4; i++)
        words[i] =
            atomic_load_explicit(&deque->tasks[place % DEQUE_TASKS].words[i], memory_order_relaxed);
    *task = (struct task){words[0], words[1], words[2], words[3]};
}

/* Owner: what was pushed last. False: nothing is there, or the last one has just been stolen. */
static inline bool deque_take(struct deque *deque, struct task *task)
{
    word_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed) - 1, top;
    bool is_mine = true;

    /* Owner and thief each write their end before they look at the other's: one of the two sees it.
     */
    atomic_store_explicit(&deque->bottom, bottom, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    top = atomic_load_explicit(&deque->top, memory_order_relaxed);
    if ((sword_t)(bottom - top) < 0) {
        atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_relaxed);
        return false;
    }
    deque_read(deque, bottom, task);
    if (bottom == top) { /* the last: who moves the top has it */
        is_mine = atomic_compare_exchange_strong_explicit(
            &deque->top, &top, top + 1, memory_order_seq_cst, memory_order_relaxed);
        atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_relaxed);
    }
    return is_mine;
}

/* Anybody: what was pushed first. False: nothing is there, or another was faster. */
static inline bool deque_steal(struct deque *deque, struct task *task)
{
    word_t top = atomic_load_explicit(&deque->top, memory_order_acquire), bottom;

    atomic_thread_fence(memory_order_seq_cst);
    bottom = atomic_load_explicit(&deque->bottom, memory_order_acquire);
    if ((sword_t)(bottom - top) <= 0)
        return false;
    deque_read(deque, top, task);
    return atomic_compare_exchange_strong_explicit(&deque->top, &top, top + 1, memory_order_seq_cst,
                                                   memory_order_relaxed);
}

static inline bool deque_is_empty(struct deque *deque)
{
    word_t top = atomic_load_explicit(&deque->top, memory_order_seq_cst);

    return (sword_t)(atomic_load_explicit(&deque->bottom, memory_order_seq_cst) - top) <= 0;
}
