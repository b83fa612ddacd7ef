/* SPDX-License-Identifier: Unlicense
 *
 * The safety daemon: a thread of init, above all others. It hears of every thread that faults, ends
 * or has no time left, says so, and does what the description says.
 */
#pragma once

#include "init/table.h"

/* Its parameter is the endpoint at which it waits for events. */
void daemon_run(word_t endpoint);
