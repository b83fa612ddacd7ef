/* SPDX-License-Identifier: Unlicense
 *
 * The mender: what the safety daemon does (daemon.h). It finds what there is to do in the notes of
 * the listener: events of threads (event_of), processes that are due to begin (state_of).
 */
#pragma once

#include "init/table.h"

void mender_start(void);

/* There is something to do for a process: the mender gets a level above it, if it has none. Only
 * the listener may call this: it is above the mender. */
void mender_call(word_t process);
