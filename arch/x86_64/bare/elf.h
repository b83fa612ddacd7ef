/* SPDX-License-Identifier: Unlicense
 *
 * The first process as a boot module: an ELF file, from which its segments are copied to where they
 * run, by a program of the user's (loader.c). The file comes from whoever could write the disc; all
 * of it is checked before anything is copied, and what is wrong is said. System V ABI, chapters 4
 * and 5; its AMD64 supplement, 4.
 */
#pragma once

#include "arch/x86_64/firmware.h"

enum { ELF_SEGMENTS_MAX = 16 };

/* Where segments may lie: whole inside of one of `allowed`, and on none of `taken`. */
struct elf_bounds {
    const struct firmware_range *allowed, *taken;
    unsigned allowed_count, taken_count;
};

struct elf_segment {
    uint64_t offset, file_bytes; /* in the file */
    uint64_t address, bytes;     /* in memory; what is beyond the file is zero */
};

/* What is to be done, all of it checked. */
struct elf_plan {
    uint64_t entry;
    unsigned segments;
    struct elf_segment segment[ELF_SEGMENTS_MAX];
};

/* Check a file at a physical address. BOOT_NOTE_NONE: *plan can be carried out; else what is wrong,
 * with a word that belongs to it. Time: ELF_SEGMENTS_MAX squared, and times the bounds. */
enum boot_note elf_check(uint64_t file, uint64_t file_bytes, const struct elf_bounds *bounds,
                         struct elf_plan *plan, uint64_t *word);

/* Copy the segments. Time: their size. */
void elf_place(uint64_t file, const struct elf_plan *plan);
