/* SPDX-License-Identifier: Unlicense
 *
 * Process: a capability table and a page table, nothing more. It lives in its root slot, so that
 * its capabilities point there. The two words change by compare-exchange (hazard H7); a thread or
 * an invocation port counts on the process, the process on its two tables. Next: schedule.h.
 */
#pragma once

#include "arch/space.h"
#include "kernel/cap.h"
#include "kernel/cpu.h"

/* The root slot of a process's capability table. */
static inline const struct capability *process_captable(const struct capability *process)
{
    return (const struct capability *)shared_load_acquire(&process->process.captable);
}

/* The word that the hardware is loaded with: the page-table object, or the raw word. */
static inline word_t process_space(const struct capability *process)
{
    word_t table = shared_load_acquire(&process->process.pagetable);

    return CONFIG_RAW ? table : (word_t)((const struct capability *)table)->object;
}

/* Whether this CPU has to load another address space for a process, which is then recorded as
 * loaded; the caller loads it. The record comes first: a deletion that reads the old word finds the
 * table still counted by its process (hazard H8). */
ALWAYS_INLINE bool process_changes_space(struct cpu *cpu, const struct capability *process,
                                         word_t *space)
{
    *space = process_space(process);
    if (shared_load(&cpu->loaded) == *space)
        return false;
    shared_store_release(&cpu->loaded, *space);
    return true;
}

/* Make the address space of a process that of this CPU. */
void process_enter(struct cpu *cpu, const struct capability *process);

/* Boot: a process of two boot tables, held for ever. */
void process_boot(struct capability *slot, struct capability *captable, word_t pagetable);
