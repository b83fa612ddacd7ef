/* SPDX-License-Identifier: Unlicense
 *
 * Capability table: an array of slots in kernel memory, and the operations on slots that do not
 * depend on their type: create and delete a table, freeze, delegate and remove a capability.
 *
 * The contracts of the calls stand in abi/calls.toml (docs/syscalls.md). A handler gets the words
 * of the caller and returns a status or a result; it has checked everything before it changes
 * anything.
 */
#pragma once

#include "kernel/cap.h"
#include "kernel/cpu.h"

enum { CAPTABLE_ENTRIES_MAX = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES };

/* Boot: a table of `entries` zeroed slots at `object`, held for ever. */
void captable_boot(struct capability *slot, void *object, word_t entries);
