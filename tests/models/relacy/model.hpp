/* SPDX-License-Identifier: Unlicense
 *
 * What the relacy models share. Relacy runs the threads of a model under every schedule, and lets every
 * relaxed load return every value that the C11 memory model allows; a `shared` that two threads touch
 * without a happens-before between them is a data race, which fails as a broken assertion does.
 *
 * A model takes from the environment what its twins do otherwise, so that it is compiled once: a number
 * by knob(), a memory order by order(), which any value in the environment weakens to relaxed.
 */
#pragma once

#include <cstdlib>
#include <relacy/relacy.hpp>

using word = rl::atomic<int>;
using shared = rl::var<int>;

static const rl::memory_order relaxed = rl::mo_relaxed;
static const rl::memory_order acquire = rl::mo_acquire;
static const rl::memory_order release = rl::mo_release;
static const rl::memory_order acq_rel = rl::mo_acq_rel;

static inline int knob(const char *name, int normal)
{
    const char *value = getenv(name);

    return value ? atoi(value) : normal;
}

static inline rl::memory_order order(const char *name, rl::memory_order normal)
{
    return getenv(name) ? relaxed : normal;
}

static inline int load(word &w, rl::memory_order order)
{
    return w.load(order, $);
}

static inline void store(word &w, int value, rl::memory_order order)
{
    w.store(value, order, $);
}

/* Tried once; a spurious failure is a failure. */
static inline bool compare_exchange(word &w, int old, int value, rl::memory_order order)
{
    return w.compare_exchange_weak(old, value, order, $, relaxed, $);
}

static inline void full_fence()
{
    rl::atomic_thread_fence(rl::mo_seq_cst, $);
}

/* Exit status 0: every execution is good. 1: one is not. `switches` bounds how often an execution goes
 * from one thread to another against its will;
 * 0 is no bound, for the models that can bear it. */
template <class model> int explore(unsigned switches = 0)
{
    rl::test_params params;

    params.search_type =
        switches ? rl::fair_context_bound_scheduler_type : rl::fair_full_search_scheduler_type;
    params.context_bound = switches;
    return rl::simulate<model>(params) ? 0 : 1;
}
