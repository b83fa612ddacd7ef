/* SPDX-License-Identifier: Unlicense
 *
 * The safety daemon: two threads of init. The listener, above all others, hears of every thread
 * that faults, ends or has no time left, and of time that has passed; it notes that and no more.
 * The mender says what has happened and does what the description wants, at a level just above the
 * process that it is about: a fault costs nobody above that process more than a note. Urgent work
 * raises the mender at once.
 */
#pragma once

#include "init/table.h"

/* Make both; events of threads come at this endpoint. */
void daemon_start(rme_signal_t events);

/* The listener. Its parameter is the endpoint. */
void daemon_run(word_t endpoint);
