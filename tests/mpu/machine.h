/* SPDX-License-Identifier: Unlicense
 *
 * A machine for the page-table tests: object memory, CPUs, and an MPU that records what it is
 * given. The calls go through the kernel's own handlers, with the capabilities already looked up.
 */
#pragma once

#include "kernel/pagetable.h"
#include "tests/mpu/decode.h"

extern struct cpu machine_cpus[];
extern struct mpu machine_mpu; /* of CPU 0 */
extern unsigned machine_loads; /* times that it was loaded */

/* Everything is forgotten; slot i of the one capability table is machine_slot(i). */
void machine_reset(void);
struct capability *machine_slot(unsigned index);

/* The next free object memory, aligned to a granule. */
word_t machine_next(void);
void machine_set_next(word_t address);

/* The calls. Objects are placed one behind the other. */
sword_t machine_create(unsigned slot, word_t base, word_t size_order, word_t number_order);
sword_t machine_delete(unsigned slot);
sword_t machine_add(unsigned table, word_t position, word_t flags, unsigned source,
                    word_t source_position, word_t index);
sword_t machine_remove(unsigned table, word_t position);
sword_t machine_construct(unsigned parent, word_t position, unsigned child);
sword_t machine_destruct(unsigned parent, word_t position, unsigned child);

/* Make a top level that of CPU 0. */
void machine_load(unsigned table);

/* The image of a top level, as an MPU would hold it. */
struct mpu machine_image(unsigned table);
