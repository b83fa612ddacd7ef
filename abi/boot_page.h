/* SPDX-License-Identifier: Unlicense
 *
 * Boot information on a machine with an MMU: a page that the first process may read at
 * LAYOUT_BOOT_PAGE. docs/boot.md says what each word is good for. Everything that the first process
 * maps lies where it is in physical memory, so that addresses here are both.
 *
 * `version` changes when something here changes its place or its meaning; `bytes` grows when
 * something is added. A program asks that the version is the one that it was built for and that
 * `bytes` is at least what it was built for (rme_boot_page of librme does).
 */
#pragma once

#include "abi/types.h"

#include "abi/boot_notes.h"

enum {
    BOOT_PAGE_VERSION = 2,
    BOOT_PAGE_TABLES = 64,
    BOOT_PAGE_RAMS = 32,
    BOOT_PAGE_REGIONS = 32,
    BOOT_PAGE_MODULES = 8,
    BOOT_PAGE_CPUS = 64,
    BOOT_PAGE_NOTES = 16,
    BOOT_PAGE_ISA_LINES = 16,
    BOOT_PAGE_TEXT_BYTES = 512,
    BOOT_MODULE_TEXT_BYTES = 48,
};

#define BOOT_PAGE_MAGIC ((word_t)0x50454D52) /* "RMEP" */

/* Capability i of BOOT_PAGETABLES: a table of 2^9 entries of 2^size_order bytes each. */
struct boot_table {
    word_t base, size_order;
};

struct boot_span {
    word_t base, size;
};

/* The map of memory as the loader gave it: not checked, not sorted, perhaps overlapping. */
enum boot_region_kind {
    BOOT_REGION_RAM = 1,
    BOOT_REGION_RESERVED = 2,
    BOOT_REGION_ACPI = 3, /* tables: RAM once nobody reads them any more */
    BOOT_REGION_NVS = 4,  /* the firmware's for ever */
    BOOT_REGION_BAD = 5,
};

struct boot_region {
    word_t base, size, kind;
};

struct boot_module {
    word_t base, size;
    char text[BOOT_MODULE_TEXT_BYTES]; /* its command line, ends in 0, cut if longer */
};

/* Something was wrong and left out. */
struct boot_noted {
    word_t what; /* enum boot_note */
    word_t word;
};

enum boot_loader { BOOT_LOADER_PVH = 1, BOOT_LOADER_MULTIBOOT2 = 2 };

/* By which the clock of budgets and deadlines was measured. */
enum boot_clock { BOOT_CLOCK_HPET = 1, BOOT_CLOCK_ACPI = 2, BOOT_CLOCK_8254 = 3 };

struct boot_page {
    word_t magic, version;
    word_t bytes; /* of this structure */
    word_t acpi;  /* physical address of the RSDP, or 0 */
    word_t tables, rams, modules, regions, cpus;
    word_t notes;  /* how many there were: the first BOOT_PAGE_NOTES are kept */
    word_t loader; /* enum boot_loader */
    word_t init;   /* 0: the first process was linked in; else module init - 1 is its ELF file */
    word_t clock;  /* enum boot_clock */
    word_t kernel_entry; /* raw address spaces: what the last entry of every top level must be */
    word_t zero[2];
    struct boot_table table[BOOT_PAGE_TABLES];
    struct boot_span ram[BOOT_PAGE_RAMS]; /* whole pages that the first process has; ascending */
    struct boot_region region[BOOT_PAGE_REGIONS];
    struct boot_module module[BOOT_PAGE_MODULES]; /* inside of `ram` */
    uint32_t cpu[BOOT_PAGE_CPUS]; /* ids of the local APICs of CPUs that are there */
    struct boot_noted note[BOOT_PAGE_NOTES];
    word_t isa_line[BOOT_PAGE_ISA_LINES]; /* the interrupt line of each interrupt of the ISA bus */
    char text[BOOT_PAGE_TEXT_BYTES];      /* the command line, ends in 0, cut if longer */
};
static_assert(offsetof(struct boot_page, table) == 128, "its place is part of the version");
static_assert(offsetof(struct boot_page, ram) == 1152, "its place is part of the version");
static_assert(offsetof(struct boot_page, region) == 1664, "its place is part of the version");
static_assert(offsetof(struct boot_page, module) == 2432, "its place is part of the version");
static_assert(offsetof(struct boot_page, cpu) == 2944, "its place is part of the version");
static_assert(offsetof(struct boot_page, note) == 3200, "its place is part of the version");
static_assert(offsetof(struct boot_page, isa_line) == 3456, "its place is part of the version");
static_assert(offsetof(struct boot_page, text) == 3584, "its place is part of the version");
static_assert(sizeof(struct boot_page) == 4096, "one page");
