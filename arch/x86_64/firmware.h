/* SPDX-License-Identifier: Unlicense
 *
 * What firmware and boot loader say of the machine: memory, modules, the command line, where ACPI
 * begins. Two protocols bring the kernel up, PVH and Multiboot2, and both end in struct firmware.
 * What they say is checked like any input. Next: acpi.h.
 *
 * PVH: Xen's x86/HVM direct boot ABI, version 1. Multiboot2 Specification 2.0, 3.4 to 3.6.
 */
#pragma once

#include "abi/boot_notes.h"
#include "abi/types.h"

enum { FIRMWARE_RANGES_MAX = 34, FIRMWARE_MODULES_MAX = 8, FIRMWARE_REGIONS_MAX = 32 };

struct firmware_range {
    uint64_t begin, end;
};

/* In ascending order, apart from each other. */
struct firmware_list {
    unsigned count;
    struct firmware_range range[FIRMWARE_RANGES_MAX];
};

/* An entry of the map of memory as it is, in the form of the boot page. */
struct firmware_region {
    uint64_t base, size, kind;
};

struct firmware_module {
    uint64_t base, size;
    uint64_t text; /* physical address of its command line, which ends in 0; or 0 */
};

struct firmware {
    uint64_t rsdp; /* physical address, or 0: look for it (acpi_search) */
    uint64_t text; /* the command line, likewise */
    unsigned modules, regions;
    struct firmware_module module[FIRMWARE_MODULES_MAX];
    struct firmware_list ram; /* whole pages */
    struct firmware_region region[FIRMWARE_REGIONS_MAX];
};

/* Read what the loader left at a physical address; *firmware is all zeros before. False: it is not
 * there or makes no sense. Time: bounded by the size of what is read, at most 64 KiB. */
bool firmware_read_pvh(uint64_t address, struct firmware *firmware);
bool firmware_read_multiboot2(uint64_t address, struct firmware *firmware);

/* Put [begin, end) into a list, or take it out. What there is no room for is noted. */
void firmware_add(struct firmware_list *list, uint64_t begin, uint64_t end);
void firmware_remove(struct firmware_list *list, uint64_t begin, uint64_t end);

/* Whether one of the ranges holds all of [base, base + size). */
bool firmware_holds(const struct firmware_range *ranges, unsigned count, uint64_t base,
                    uint64_t size);

/* ---- What the port provides ---- */

/* [physical, physical + bytes) as memory that can be read, or NULL. */
const void *firmware_map(uint64_t physical, uint64_t bytes);

/* The same, to write: devices, and where elf_check (bare/elf.h) allows it. */
void *firmware_place(uint64_t physical, uint64_t bytes);

/* Something is not as it should be. */
void firmware_note(enum boot_note what, uint64_t word);

/* ---- For those who read ---- */

/* A word of `count` bytes, little-endian as the machine is, at any address; no call for 2, 4 and 8.
 */
static inline __attribute__((always_inline)) uint64_t firmware_word(const uint8_t *bytes,
                                                                    unsigned count)
{
    uint64_t word = 0;

    __builtin_memcpy(&word, bytes, count);
    return word;
}
