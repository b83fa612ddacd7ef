/* SPDX-License-Identifier: Unlicense
 *
 * A machine for the page-table tests, whatever their back end: object memory, one capability table,
 * CPUs. The calls go through the kernel's own handlers, with the capabilities already looked up.
 * What the hardware makes of the tables is beside it: hardware.h of tests/mmu and tests/mpu.
 */
#pragma once

#include "kernel/pagetable.h"

extern struct cpu machine_cpus[];

/* The CPU that makes the calls. */
extern unsigned machine_cpu;

/* Everything is forgotten, the hardware too; slot i of the one capability table is machine_slot(i).
 */
void machine_reset(void);
struct capability *machine_slot(unsigned index);

/* The next free object memory. */
word_t machine_next(void);
void machine_set_next(word_t address);

/* The calls. Objects are placed one behind the other, the first form `offset` bytes further. */
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

/* The same by a capability that the test has made: a leaf, with less. */
sword_t machine_add_by(struct capability *target, word_t position, word_t flags,
                       struct capability *source, word_t source_position, word_t index);

/* Of the hardware: as it is when power comes, for all CPUs. */
void hardware_reset(void);
