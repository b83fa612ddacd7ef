/* SPDX-License-Identifier: Unlicense
 *
 * What tests of scheduling have in common: the objects of the first process, and threads of that
 * process on stacks of a pool. Main runs at a level of its choice: below its threads, they run as
 * soon as they have time; above, when it steps down for a moment.
 */
#pragma once

#include "config.h"
#include "rme/alloc.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};
static const rme_process_t process = {{BOOT_PROCESS}};
static const rme_kfunc_t functions = {{BOOT_KFUNC}};

enum { STACKS = 16, STACK_BYTES = 512 };

static char stacks[STACKS][STACK_BYTES] __attribute__((aligned(8)));
static unsigned stacks_used;

static inline char *next_stack(void)
{
    return stacks[stacks_used++ % STACKS];
}

/* A thread of this process. What the plan leaves at 0 has a default: level 3 of at most 5, thread
 * id 1, bound under init, no endpoint; no time is none. */
#define THREAD(...) thread_start((struct rme_thread_plan){__VA_ARGS__})

static inline rme_thread_t thread_start(struct rme_thread_plan plan)
{
    plan.process = process;
    plan.stack = next_stack();
    plan.stack_bytes = STACK_BYTES;
    plan.priority = plan.priority != 0 ? plan.priority : 3;
    plan.priority_max = plan.priority_max != 0 ? plan.priority_max : 5;
    plan.tid = plan.tid != 0 ? plan.tid : 1;
    plan.scheduler = plan.scheduler.id.raw != 0 ? plan.scheduler : init;
    plan.endpoint = plan.endpoint.id.raw != 0 ? plan.endpoint : rme_signal_null();
    return rme_thread_make(&plan);
}

/* Free, freeze and delete: nothing of it is left but its kernel memory, which the allocator of
 * these tests never takes back. */
static inline bool thread_end(rme_thread_t thread)
{
    return rme_thread_free(thread) == STATUS_OK &&
           rme_captable_freeze(own, thread.id.raw) == STATUS_OK &&
           rme_thread_delete(own, thread.id.raw) == STATUS_OK;
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

static inline void stop(void)
{
    static rme_signal_t parks[STACKS];
    static unsigned parks_used;
    rme_signal_t *park = &parks[parks_used++ % STACKS];

    if (park->id.raw == 0)
        *park = rme_signal_make();
    for (;;)
        (void)rme_signal_receive(*park, SIGNAL_RECEIVE_SINGLE);
}
