/* SPDX-License-Identifier: Unlicense
 *
 * What tests of scheduling have in common: the objects of the first process, and threads of that
 * process on stacks of a pool. Main runs at a level of its choice: below its threads, they run as
 * soon as they have time; above, when it steps down for a moment.
 */
#pragma once

#include "config.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_process_t process = {{BOOT_PROCESS}};
static const rme_kfunc_t functions = {{BOOT_KFUNC}};

/* Places for threads, which are used again: slot, kernel memory, stack. A test may want more. */
#ifndef THREADS_WANTED
#define THREADS_WANTED 12
#endif
enum { THREADS_MAX = THREADS_WANTED, STACK_BYTES = 16 * WORD_BITS };

static struct thread_home {
    word_t slot, memory;
    bool is_used;
} thread_homes[THREADS_MAX];
static char stacks[THREADS_MAX][STACK_BYTES] __attribute__((aligned(16)));

static inline unsigned thread_home(void)
{
    unsigned i = 0;

    while (i < THREADS_MAX - 1 && thread_homes[i].is_used)
        i++;
    if (thread_homes[i].slot == 0) {
        thread_homes[i].slot = rme_alloc_slot();
        thread_homes[i].memory = rme_alloc_kmem(RME_THREAD_FPU_BYTES);
    }
    thread_homes[i].is_used = true;
    return i;
}

/* A thread of this process. What the plan leaves at 0 has a default: level 3 of at most 5, thread
 * id 1, bound under init, no endpoint; no time is none. */
#define THREAD(...) thread_start((struct rme_thread_plan){__VA_ARGS__})

static inline rme_thread_t thread_start(struct rme_thread_plan plan)
{
    unsigned home = thread_home();

    plan.slot = thread_homes[home].slot;
    plan.memory = thread_homes[home].memory;
    plan.stack = stacks[home];
    plan.stack_bytes = STACK_BYTES;
    plan.process = plan.process.id.raw != 0 ? plan.process : process;
    plan.priority = plan.priority != 0 ? plan.priority : 3;
    plan.priority_max = plan.priority_max != 0 ? plan.priority_max : 5;
    plan.tid = plan.tid != 0 ? plan.tid : 1;
    plan.scheduler = plan.scheduler.id.raw != 0 ? plan.scheduler : init;
    plan.endpoint = plan.endpoint.id.raw != 0 ? plan.endpoint : rme_signal_null();
    return rme_thread_make(&plan);
}

/* Free, freeze and delete; its place is there for the next one. */
static inline bool thread_end(rme_thread_t thread)
{
    bool is_over = rme_thread_free(thread) == STATUS_OK &&
                   rme_captable_freeze(own, thread.id.raw) == STATUS_OK &&
                   rme_thread_delete(own, thread.id.raw) == STATUS_OK;

    for (unsigned i = 0; is_over && i < THREADS_MAX; i++)
        if (thread_homes[i].slot == thread.id.raw)
            thread_homes[i].is_used = false;
    return is_over;
}

static inline sword_t set_priority(rme_thread_t thread, word_t priority)
{
    return rme_thread_set_priorities(1, thread, rme_thread_null(), rme_thread_null(),
                                     rme_thread_null(), priority);
}

/* Let everybody run that has a higher level than 0, and come back to `priority`. */
static inline void step_down(word_t priority)
{
    (void)set_priority(init, 0);
    (void)set_priority(init, priority);
}

/* A look at a budget, which changes nothing: a finite transfer of a thread to itself. */
static inline word_t budget_of(rme_thread_t thread)
{
    sword_t budget = rme_thread_transfer_time(thread, thread, 1);

    return budget == STATUS_STATE ? 0 : (word_t)budget;
}

/* Of a thread: run no more. It waits where nobody else does and nobody sends. */
static inline void stop(void)
{
    static rme_signal_t parks[THREADS_MAX];

    for (unsigned i = 0;; i = (i + 1) % THREADS_MAX) {
        if (parks[i].id.raw == 0)
            parks[i] = rme_signal_make();
        (void)rme_signal_receive(parks[i], SIGNAL_RECEIVE_SINGLE);
    }
}
