/* SPDX-License-Identifier: Unlicense
 *
 * Flushing of translations, without waiting. A flush epoch moves on when a translation was taken
 * away that a CPU may hold; each CPU notes the epoch at which it last flushed, and flushes at its
 * next tick, at a request, or when it wakes. Memory behind the translation is free when all have.
 */
#pragma once

#include "kernel/quiesce.h"

/* The epoch; here for tests, which let it begin near its end. */
extern shared_t flush_epoch;

/* Begin a new flush epoch and return it; flushes on this CPU at once. */
word_t flush_begin(struct cpu *cpu);

/* The present epoch, for what no CPU can have a translation of. */
word_t flush_stamp(void);

/* Ask the CPUs of a set (bit i: CPU i) to flush now; returns at once. Time: CPUS_MAX. */
void flush_request(word_t cpus);

/* Whether every CPU has flushed since `epoch`, which is not older than a quarter of a word's range.
 * A CPU that sleeps flushes before it touches anything. Time: CPUS_MAX. */
MUST_CHECK bool flush_passed(word_t epoch);

/* Flush if the epoch has moved since the last time: at ticks, requests and after waking. */
void flush_pending(struct cpu *cpu);
