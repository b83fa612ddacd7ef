/* SPDX-License-Identifier: Unlicense
 *
 * A machine for the page-table tests: object memory, CPUs, and for each CPU the translations that
 * it may have cached. The calls go through the kernel's own handlers, with the capabilities already
 * looked up.
 */
#pragma once

#include "kernel/pagetable.h"
#include "tests/mmu/decode.h"

extern struct cpu machine_cpus[];

/* The CPU that makes the calls. */
extern unsigned machine_cpu;

/* Called at each atomic operation, unless NULL; not while it runs itself. */
extern void (*machine_on_atomic)(void);

/* Everything is forgotten; slot i of the one capability table is machine_slot(i). */
void machine_reset(void);
struct capability *machine_slot(unsigned index);

/* The next free object memory, aligned to a page. */
word_t machine_next(void);
void machine_set_next(word_t address);

/* The calls. Objects are placed one behind the other, `offset` bytes from a page. */
sword_t machine_create_at(unsigned slot, word_t base, word_t size_order, word_t number_order,
                          word_t offset);
sword_t machine_create(unsigned slot, word_t base, word_t size_order, word_t number_order);
sword_t machine_delete(unsigned slot);
sword_t machine_freeze(unsigned slot);
sword_t machine_add(unsigned table, word_t position, word_t flags, unsigned source,
                    word_t source_position, word_t index);
sword_t machine_remove(unsigned table, word_t position);
sword_t machine_construct(unsigned parent, word_t position, unsigned child);
sword_t machine_destruct(unsigned parent, word_t position, unsigned child);

/* Every CPU ticks, often enough for what is frozen. */
void machine_tick(void);

/* What the MMU of CPU machine_cpu makes of an address in a table; it keeps the answer in its TLB.
 */
struct translation machine_use(unsigned top, word_t address);

/* Empty that TLB, as any interrupt may. */
void machine_forget_all(void);

/* Whether the TLB of a CPU holds anything that the tables do not say any more. */
bool machine_is_stale(unsigned cpu);
