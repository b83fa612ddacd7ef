/* SPDX-License-Identifier: Unlicense
 *
 * system.json: the system as it was built, with every address and id, which every other tool reads.
 *
 *   version, system, file (the description's name), board
 *   machine     arch, word_bytes, mmu, regions, priorities
 *   memory      where init, the boot table and init's state lie, and what is left of image and RAM
 *   kernel      kmem_align, kmem_bytes, captables: init's own tables {slot, memory, entries}
 *   objects     {type, name, id, memory, bytes} of every kernel object, in the order of their ids
 *   signals     {name, line, id}; of the timer the id is a slot of boot, and the line 0
 *   shared      {name, line, base, bytes, size, access}
 *   policy      the claims
 *   privileges  "process.thread" of every thread with an infinite budget
 *   processes   each with name, line (of the description), id, space, captable,
 *     sections      {name, address, load, bytes}: as the process sees them, and where they are
 *                   loaded
 *     blocks        {name, base, wanted, granted, access, regions}: what is protected as one, by
 *                   physical address; waste is granted - wanted
 *     pagetables    {id, base, size_order, number_order, parent, position}; the first has no parent
 *     pages         {table, position, count, address, access}: physical
 *     threads       {name, id, tid, line, entry, address, stack, stack_seen, stack_bytes,
 *                   stack_is_auto, priority, priority_max, budget, parameter,
 *                   parameter_time, fpu, scheduler}
 *     ports         likewise
 *     capabilities  {slot, handle, type, of, source, rights, low, high, line}
 *     devices       {name, access, base, size, is_port}
 *     interrupts    {name, line_number, last_number, signal}
 *     restart       {line, policy, limit, within, back_off, tell}; without a policy the line is 0
 *     grants        what the description says, and where: builder/emit_grants.h
 *
 * Addresses, ids and sizes are numbers; times are microseconds or the word "infinite". Access and
 * rights are lists of words, those of the kernel in capital letters.
 */
#pragma once

#include "builder/objects.h"

bool emit_json(const struct placement *placement, const struct objects *objects, const char *path);
