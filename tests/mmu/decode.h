/* SPDX-License-Identifier: Unlicense
 *
 * What the MMU of an x86-64 processor with four-level paging makes of a linear address, read off
 * the tables in memory. Written from the manual (Intel SDM volume 3, chapter 4) and from nothing
 * else, to judge the entries that the kernel makes. EFER.NXE and CR0.WP are set, CR4.PKE is not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { MMU_MAY_READ = 1, MMU_MAY_WRITE = 2, MMU_MAY_EXECUTE = 4 };

struct translation {
    unsigned access; /* MMU_MAY_* of user code; 0: a page fault */
    uint64_t physical;
    unsigned memory_type;  /* entry of the PAT */
    unsigned order;        /* of the page */
    const char *violation; /* what the manual forbids or the kernel promises not to do, or NULL */
};

/* `table` is the address of the top level; addresses are those of this process. */
struct translation mmu_translate(uint64_t table, uint64_t address);
