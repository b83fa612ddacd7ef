/* SPDX-License-Identifier: Unlicense
 *
 * Boot: the objects of the first process, at the beginning of kernel memory. All are held for ever.
 */
#pragma once

#include "abi/boot.h"
#include "abi/memory_map.h"
#include "kernel/cpu.h"

struct boot_memory {
    const struct memory_range *ranges; /* what the first process may map */
    word_t range_count;
    const struct memory_range *reserved; /* the kernel's own: no range may touch it */
    word_t reserved_count;
};

/* Make the first process and a thread for each CPU, which becomes cpu->current there; load the
 * address space of this one. The port then enters user mode. Panics when the machine's data is
 * wrong. */
void boot_first(struct cpu *cpu, const struct boot_memory *memory, struct boot_info *info);

/* The same on every other CPU, behind boot_first: its thread is there, ready to run. */
void boot_next(struct cpu *cpu);
