/* SPDX-License-Identifier: Unlicense
 *
 * MMUs for the page-table tests: for each CPU the translations that it may have cached. What the
 * tables say is what decode.h reads off them.
 */
#pragma once

#include "abi/types.h"
#include "tests/mmu/decode.h"

/* Called at each atomic operation, unless NULL; not while it runs itself. */
extern void (*machine_on_atomic)(void);

/* Every CPU ticks, often enough for what is frozen. */
void machine_tick(void);

/* What the MMU of CPU machine_cpu makes of an address in a table; it keeps the answer in its TLB.
 */
struct translation machine_use(unsigned top, word_t address);

/* Empty that TLB, as any interrupt may. */
void machine_forget_all(void);

/* Whether the TLB of a CPU holds anything that the tables do not say any more. */
bool machine_is_stale(unsigned cpu);
