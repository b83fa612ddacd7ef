/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/bare/elf.h"

enum elf_header {
    HEADER_BYTES = 64,
    CLASS = 4, /* class, byte order, version: one byte each */
    TYPE = 16,
    MACHINE = 18,
    ENTRY = 24,
    TABLE = 32,
    ENTRY_BYTES = 54,
    COUNT = 56,

    TYPE_EXECUTABLE = 2,
    MACHINE_X86_64 = 62,
};

#define ELF_MAGIC 0x464C457Fu               /* 7F "ELF" */
#define ELF_KIND  (2u | 1u << 8 | 1u << 16) /* 64 bits, little-endian, version 1 */

enum elf_program_header {
    P_TYPE = 0,
    P_FLAGS = 4,
    P_OFFSET = 8,
    P_ADDRESS = 16,
    P_FILE_BYTES = 32,
    P_BYTES = 40,
    P_HEADER_BYTES = 56,

    P_LOAD = 1,
    P_DYNAMIC = 2,
    P_INTERPRETER = 3,
    P_EXECUTABLE = 1,
};

/* Neither wraps, and neither is empty. */
static bool overlap(uint64_t base, uint64_t bytes, uint64_t other, uint64_t other_bytes)
{
    return base < other + other_bytes && other < base + bytes;
}

static enum boot_note check_header(const uint8_t *header, uint64_t file_bytes, uint64_t *word)
{
    uint64_t count = firmware_word(header + COUNT, 2), table = firmware_word(header + TABLE, 8);

    if ((*word = firmware_word(header, 4)) != ELF_MAGIC)
        return BOOT_NOTE_ELF_MAGIC;
    if ((*word = firmware_word(header + CLASS, 3)) != ELF_KIND)
        return BOOT_NOTE_ELF_KIND;
    if ((*word = firmware_word(header + MACHINE, 2)) != MACHINE_X86_64)
        return BOOT_NOTE_ELF_MACHINE;
    if ((*word = firmware_word(header + TYPE, 2)) != TYPE_EXECUTABLE)
        return BOOT_NOTE_ELF_TYPE;
    *word = count;
    if (firmware_word(header + ENTRY_BYTES, 2) != P_HEADER_BYTES || count == 0 ||
        count > ELF_SEGMENTS_MAX || table > file_bytes ||
        count * P_HEADER_BYTES > file_bytes - table)
        return BOOT_NOTE_ELF_HEADERS;
    return BOOT_NOTE_NONE;
}

static bool is_taken(const struct elf_bounds *bounds, const struct elf_segment *segment)
{
    for (unsigned i = 0; i < bounds->taken_count; i++)
        if (segment->address < bounds->taken[i].end &&
            bounds->taken[i].begin < segment->address + segment->bytes)
            return true;
    return false;
}

static bool overlaps_another(const struct elf_plan *plan, const struct elf_segment *segment)
{
    for (unsigned i = 0; i < plan->segments; i++)
        if (overlap(segment->address, segment->bytes, plan->segment[i].address,
                    plan->segment[i].bytes))
            return true;
    return false;
}

/* A segment that is to be loaded, and is not empty. */
static enum boot_note check_segment(const struct elf_segment *segment, uint64_t file_bytes,
                                    const struct elf_bounds *bounds, const struct elf_plan *plan)
{
    if (segment->file_bytes > segment->bytes)
        return BOOT_NOTE_ELF_SIZE;
    if (segment->offset > file_bytes || segment->file_bytes > file_bytes - segment->offset)
        return BOOT_NOTE_ELF_CUT;
    if (!firmware_holds(bounds->allowed, bounds->allowed_count, segment->address,
                        segment->bytes)) /* from here on nothing wraps */
        return BOOT_NOTE_ELF_PLACE;
    if (is_taken(bounds, segment))
        return BOOT_NOTE_ELF_TAKEN;
    if (overlaps_another(plan, segment))
        return BOOT_NOTE_ELF_OVERLAP;
    return BOOT_NOTE_NONE;
}

static enum boot_note check_program_header(const uint8_t *header, uint64_t file_bytes,
                                           const struct elf_bounds *bounds, struct elf_plan *plan,
                                           uint64_t *word)
{
    struct elf_segment segment = {
        firmware_word(header + P_OFFSET, 8),
        firmware_word(header + P_FILE_BYTES, 8),
        firmware_word(header + P_ADDRESS, 8),
        firmware_word(header + P_BYTES, 8),
    };
    uint64_t type = firmware_word(header + P_TYPE, 4);
    enum boot_note wrong;

    *word = type;
    if (type == P_DYNAMIC || type == P_INTERPRETER)
        return BOOT_NOTE_ELF_DYNAMIC;
    if (type != P_LOAD || (segment.bytes == 0 && segment.file_bytes == 0))
        return BOOT_NOTE_NONE;
    *word = segment.address;
    wrong = check_segment(&segment, file_bytes, bounds, plan);
    if (wrong == BOOT_NOTE_NONE)
        plan->segment[plan->segments++] = segment;
    return wrong;
}

/* Whether the entry is an address of code: in a segment that may be executed, which was checked. */
static bool has_entry(const uint8_t *table, uint64_t count, uint64_t entry)
{
    for (uint64_t i = 0; i < count; i++, table += P_HEADER_BYTES)
        if (firmware_word(table + P_TYPE, 4) == P_LOAD &&
            (firmware_word(table + P_FLAGS, 4) & P_EXECUTABLE) != 0 &&
            entry - firmware_word(table + P_ADDRESS, 8) < firmware_word(table + P_FILE_BYTES, 8))
            return true;
    return false;
}

/* Some of its bytes, or NULL. */
static const uint8_t *map_part(uint64_t file, uint64_t offset, uint64_t bytes)
{
    return file > UINT64_MAX - offset ? NULL : firmware_map(file + offset, bytes);
}

enum boot_note elf_check(uint64_t file, uint64_t file_bytes, const struct elf_bounds *bounds,
                         struct elf_plan *plan, uint64_t *word)
{
    const uint8_t *header, *table;
    enum boot_note wrong;
    uint64_t count;

    *plan = (struct elf_plan){.segments = 0};
    *word = file_bytes;
    if (file_bytes < HEADER_BYTES)
        return BOOT_NOTE_ELF_SHORT;
    *word = file;
    if (firmware_map(file, file_bytes) == NULL ||
        (header = firmware_map(file, HEADER_BYTES)) == NULL)
        return BOOT_NOTE_ELF_UNREADABLE;
    if ((wrong = check_header(header, file_bytes, word)) != BOOT_NOTE_NONE)
        return wrong;
    count = firmware_word(header + COUNT, 2);
    table = map_part(file, firmware_word(header + TABLE, 8), count * P_HEADER_BYTES);
    if (table == NULL)
        return BOOT_NOTE_ELF_UNREADABLE;
    for (uint64_t i = 0; i < count; i++) {
        wrong = check_program_header(table + i * P_HEADER_BYTES, file_bytes, bounds, plan, word);
        if (wrong != BOOT_NOTE_NONE)
            return wrong;
    }
    plan->entry = *word = firmware_word(header + ENTRY, 8);
    if (plan->segments == 0)
        return BOOT_NOTE_ELF_EMPTY;
    return has_entry(table, count, plan->entry) ? BOOT_NOTE_NONE : BOOT_NOTE_ELF_ENTRY;
}

void elf_place(uint64_t file, const struct elf_plan *plan)
{
    for (unsigned i = 0; i < plan->segments; i++) {
        const struct elf_segment *segment = &plan->segment[i];
        const uint8_t *from = firmware_map(file + segment->offset, segment->file_bytes);
        uint8_t *to = firmware_place(segment->address, segment->bytes);

        for (uint64_t at = 0; at < segment->bytes; at++)
            to[at] = at < segment->file_bytes ? from[at] : 0;
    }
}
