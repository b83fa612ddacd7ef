/* SPDX-License-Identifier: Unlicense
 *
 * Init's sense of time, in microseconds: there is one only while somebody waits for something, and
 * the timer is free (no process of the system has it). The clock is a thread of init that waits at
 * the timer's endpoint and wakes the daemon.
 */
#pragma once

#include "init/table.h"

/* Start the clock, which signals `events` when time has passed. */
void time_start(rme_signal_t events, word_t priority);

/* Wake up once, so much later; what was armed before is forgotten. */
void time_arm(word_t time);

/* What has passed since this was asked last: of the times that were armed and came. */
word_t time_passed(void);

/* In counts of the kernel's clock. */
word_t time_in_counts(word_t time);
