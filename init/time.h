/* SPDX-License-Identifier: Unlicense
 *
 * Init's sense of time: steps of 10 ms, while somebody waits for something and the timer is free
 * (no process of the system has it). The clock is a thread of init that waits at the timer's
 * endpoint and wakes the daemon.
 */
#pragma once

#include "init/table.h"

enum { TIME_STEP_US = 10000 };

/* Start the clock, which signals `events` at every step. */
void time_start(rme_signal_t events, word_t priority);

/* Let there be another step. */
void time_arm(void);

/* Steps since this was asked last. */
word_t time_steps(void);

/* Microseconds in steps, at least one; in counts of the kernel's clock. */
word_t time_in_steps(word_t time);
word_t time_in_counts(word_t time);
