/* SPDX-License-Identifier: Unlicense
 *
 * Raw address spaces: there are no page tables.
 */
#include "tests/host/space.h"

#include "tests/host/invariants.h"

bool space_names_children(void)
{
    return false;
}

const char *space_counts_broken(struct capability *const *slots, const word_t *counts,
                                unsigned count)
{
    (void)slots;
    (void)counts;
    (void)count;
    return NULL;
}

const char *space_broken(const struct capability *top)
{
    (void)top;
    return NULL;
}

const char *invariants_hardware_broken(const struct cpu *cpu)
{
    (void)cpu;
    return NULL;
}
