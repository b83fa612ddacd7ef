/* SPDX-License-Identifier: Unlicense
 *
 * What happens to a process after a fault, in steps that each can be seen (docs/restart.md):
 *
 *   halt     its threads leave what they are inside of and their CPU; its page table becomes one
 * that shows nothing, so that whoever visits it faults, and goes home with FAULT; whoever waits in
 *            it is woken for that
 *   wait     the back-off
 *   begin    as soon as its ports are empty: data restored, the rest zeroed, ports set, threads
 *            bound and let go; its signal `tell` is sent
 *
 * All state of it is in the words that the builder left for init.
 */
#pragma once

#include "init/table.h"

/* Tell this file where events of threads go. */
void restart_start(rme_signal_t events);

/* Follow the policy of process i after a fault of one of its threads. */
void restart_after_fault(word_t i);

/* End process i: its threads stop, its ports stay open. */
void restart_end(word_t i);

/* Begin process i, which has waited: again later, if somebody is still inside one of its ports. */
void restart_try(word_t i);

/* So many microseconds have passed. The listener's: it calls the mender for those that are due. */
void restart_pass(word_t time);
