/* SPDX-License-Identifier: Unlicense
 *
 * Quiescence: when can no CPU still use what it looked up before a capability was frozen? One
 * epoch counts for the whole system; each CPU copies it at its ticks. As the kernel is not
 * preemptible, a CPU that has ticked has left every earlier system call. The epoch advances on
 * demand, when every CPU has seen it. With one CPU there is no epoch and the answer is always yes.
 *
 * A stamp is an epoch that was read before the compare-exchange that entered a state; a distance of
 * three is needed, two is not enough (tests/models/). Next: cap.h.
 */
#pragma once

#include "kernel/compiler.h"
#include "kernel/cpu.h"

/* A stamp is what fits a header word beside type, state and leaf bit. */
enum { QUIESCE_STAMP_BITS = WORD_BITS - 9, QUIESCE_DISTANCE = 3 };

#define QUIESCE_STAMP_MASK (((word_t)1 << QUIESCE_STAMP_BITS) - 1)
#define QUIESCE_OFFLINE    ((word_t)-1)
#define QUIESCE_EPOCH_MASK QUIESCE_STAMP_MASK /* no epoch is QUIESCE_OFFLINE */

/* The epoch; here for tests, which let it begin near its end. */
extern shared_t quiesce_epoch;

/* The stamp for a state that is about to be entered. */
static inline word_t quiesce_stamp(void)
{
    return CONFIG_CPUS_MAX == 1 ? 0 : shared_load(&quiesce_epoch);
}

/* True when no CPU is left in a system call that began before `stamp` was taken. If not, tries once
 * to advance the epoch. Reads one word of each CPU. */
MUST_CHECK bool quiesce_passed_all(word_t stamp);

MUST_CHECK static inline bool quiesce_passed(word_t stamp)
{
    return CONFIG_CPUS_MAX == 1 || quiesce_passed_all(stamp);
}

/* This CPU holds no reference: at each tick, before it sleeps and after it woke. */
void quiesce_tick(struct cpu *cpu);
void quiesce_offline(struct cpu *cpu);
void quiesce_online(struct cpu *cpu);
