/* SPDX-License-Identifier: Unlicense
 *
 * What boot leaves for the first process on a machine with an MMU: a page, which that process may
 * read at LAYOUT_BOOT_PAGE. Everything that it maps lies where it is in physical memory.
 */
#pragma once

#include "abi/types.h"

enum { BOOT_PAGE_VERSION = 2, BOOT_PAGE_TABLES = 64, BOOT_PAGE_RAMS = 32, BOOT_PAGE_MODULES = 8 };

#define BOOT_PAGE_MAGIC ((word_t)0x50454D52) /* "RMEP" */

/* Capability i of BOOT_PAGETABLES: a table of 2^9 entries of 2^size_order bytes each. */
struct boot_table {
    word_t base, size_order;
};

struct boot_span {
    word_t base, size;
};

struct boot_page {
    word_t magic, version;
    word_t bytes; /* of this structure; newer versions only add */
    word_t acpi;  /* physical address of the RSDP, or 0 */
    word_t tables, rams, modules;
    struct boot_table table[BOOT_PAGE_TABLES];
    struct boot_span ram[BOOT_PAGE_RAMS];       /* whole pages that the first process has */
    struct boot_span module[BOOT_PAGE_MODULES]; /* inside of it */
    char text[1024];                            /* the command line, ends in 0, cut if longer */
    /* Version 2. Raw address spaces: what the last entry of every top level must be. */
    word_t kernel_entry;
    word_t isa_line[16]; /* since version 2: the interrupt line of each interrupt of the ISA bus */
};
static_assert(sizeof(struct boot_page) <= 4096, "one page");
