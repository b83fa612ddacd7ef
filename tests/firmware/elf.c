/* SPDX-License-Identifier: Unlicense
 *
 * The first process as a boot module: a file that is right is placed to the byte; each way in which
 * one can be wrong is told by its own note; and whatever random bytes say, nothing is written where
 * it must not be.
 */
#include "arch/x86_64/bare/elf.h"

#include "tests/firmware/memory.h"
#include "tests/unit/tap.h"

#include <string.h>

/* Offsets in the memory of memory.h: the file, and where the first process may lie. */
enum { FILE_AT = 0x200, FILE_BYTES = 0x600, HEADERS = 64, CODE = 0x200, DATA = 0x400 };
enum { ROOM = 0x1000, ROOM_BYTES = 0x2000, TAKEN = 0x2000, TAKEN_BYTES = 0x100 };
enum { TEXT = ROOM, VARIABLES = ROOM + 0x800 };

static const struct firmware_range room[] = {{MEMORY_BASE + ROOM, MEMORY_BASE + ROOM + ROOM_BYTES}};
static const struct firmware_range module[] = {
    {MEMORY_BASE + FILE_AT, MEMORY_BASE + FILE_AT + FILE_BYTES},
    {0, 0},
    {MEMORY_BASE + TAKEN, MEMORY_BASE + TAKEN + TAKEN_BYTES},
};
static const struct elf_bounds bounds = {room, module, 1, 3};

static struct elf_plan plan;
static uint64_t word;

static void put_header(unsigned i, unsigned type, unsigned flags, uint64_t offset, uint64_t address,
                       uint64_t file_bytes, uint64_t bytes)
{
    unsigned at = FILE_AT + HEADERS + i * 56;

    memory_put(at, type, 4);
    memory_put(at + 4, flags, 4);
    memory_put(at + 8, offset, 8);
    memory_put(at + 16, address, 8);
    memory_put(at + 24, 0x12345, 8); /* the physical address is not asked */
    memory_put(at + 32, file_bytes, 8);
    memory_put(at + 40, bytes, 8);
}

/* Code, data with zeros behind, and a header of a kind that is of no use. */
static void build(void)
{
    static const uint8_t identification[] = {0x7F, 'E', 'L', 'F', 2, 1, 1};

    memset(memory, 0xCC, sizeof(memory));
    memset(memory + FILE_AT, 0, HEADERS);
    memcpy(memory + FILE_AT, identification, sizeof(identification));
    memory_put(FILE_AT + 16, 2, 2);
    memory_put(FILE_AT + 18, 62, 2);
    memory_put(FILE_AT + 24, MEMORY_BASE + TEXT + 0x10, 8);
    memory_put(FILE_AT + 32, HEADERS, 8);
    memory_put(FILE_AT + 54, 56, 2);
    memory_put(FILE_AT + 56, 3, 2);
    put_header(0, 1, 5, CODE, MEMORY_BASE + TEXT, 0x100, 0x100);
    put_header(1, 1, 6, DATA, MEMORY_BASE + VARIABLES, 0x80, 0x180);
    put_header(2, 4, 4, 0, 0, 0, 0);
    for (unsigned i = 0; i < 0x100; i++) {
        memory[FILE_AT + CODE + i] = (uint8_t)i;
        memory[FILE_AT + DATA + i] = (uint8_t)(i + 3);
    }
}

static enum boot_note check(void)
{
    memory_settle();
    return elf_check(MEMORY_BASE + FILE_AT, FILE_BYTES, &bounds, &plan, &word);
}

static void right(void)
{
    bool is_placed = true;

    build();
    tap_check(check() == BOOT_NOTE_NONE && plan.segments == 2 &&
                  plan.entry == MEMORY_BASE + TEXT + 0x10,
              "a file of two segments");
    elf_place(MEMORY_BASE + FILE_AT, &plan);
    for (unsigned i = 0; i < 0x100; i++)
        is_placed &= memory[TEXT + i] == (uint8_t)i;
    for (unsigned i = 0; i < 0x180; i++)
        is_placed &= memory[VARIABLES + i] == (i < 0x80 ? (uint8_t)(i + 3) : 0);
    tap_check(is_placed, "every byte is where it belongs, and what is behind the file is zero");
    tap_check(memory[TEXT - 1] == 0xCC && memory[TEXT + 0x100] == 0xCC &&
                  memory[VARIABLES - 1] == 0xCC && memory[VARIABLES + 0x180] == 0xCC,
              "and no byte beside it");
    put_header(2, 1, 4, 0, 0, 0, 0);
    tap_check(check() == BOOT_NOTE_NONE && plan.segments == 2, "an empty segment may lie anywhere");
    put_header(0, 1, 5, CODE, MEMORY_BASE + ROOM + ROOM_BYTES - 0x100, 0x100, 0x100);
    memory_put(FILE_AT + 24, MEMORY_BASE + ROOM + ROOM_BYTES - 1, 8);
    tap_check(check() == BOOT_NOTE_NONE, "the last byte of the room, and an entry there");
}

/* A field of the file is something else. */
static void field(unsigned at, uint64_t value, unsigned bytes, enum boot_note note,
                  const char *name)
{
    build();
    memory_put(FILE_AT + at, value, bytes);
    tap_check(check() == note, name);
}

static void wrong_headers(void)
{
    field(0, 'M', 1, BOOT_NOTE_ELF_MAGIC, "not an ELF file");
    tap_check((word & 0xFF) == 'M', "what it begins with is told");
    field(4, 1, 1, BOOT_NOTE_ELF_KIND, "32 bits");
    field(5, 2, 1, BOOT_NOTE_ELF_KIND, "big-endian");
    field(6, 2, 1, BOOT_NOTE_ELF_KIND, "another version");
    field(18, 40, 2, BOOT_NOTE_ELF_MACHINE, "another machine");
    tap_check(word == 40, "which is told");
    field(16, 3, 2, BOOT_NOTE_ELF_TYPE, "one that can be anywhere");
    field(16, 1, 2, BOOT_NOTE_ELF_TYPE, "one that is not linked");
    field(54, 32, 2, BOOT_NOTE_ELF_HEADERS, "program headers of another size");
    field(56, 0, 2, BOOT_NOTE_ELF_HEADERS, "no program header");
    field(56, ELF_SEGMENTS_MAX + 1, 2, BOOT_NOTE_ELF_HEADERS, "too many");
    field(32, FILE_BYTES - 3 * 56 + 1, 8, BOOT_NOTE_ELF_HEADERS,
          "program headers that are cut off");
    field(32, UINT64_MAX - 8, 8, BOOT_NOTE_ELF_HEADERS, "program headers far away");
    field(24, MEMORY_BASE + TEXT + 0x100, 8, BOOT_NOTE_ELF_ENTRY, "an entry behind the code");
    field(24, MEMORY_BASE + VARIABLES, 8, BOOT_NOTE_ELF_ENTRY, "an entry in data");
    field(24, 0, 8, BOOT_NOTE_ELF_ENTRY, "no entry");
}

static void segment(uint64_t offset, uint64_t address, uint64_t file_bytes, uint64_t bytes,
                    enum boot_note note, const char *name)
{
    build();
    put_header(1, 1, 6, offset, address, file_bytes, bytes);
    tap_check(check() == note, name);
}

static void wrong_segments(void)
{
    const uint64_t at = MEMORY_BASE + VARIABLES;

    segment(DATA, at, 0x101, 0x100, BOOT_NOTE_ELF_SIZE, "more in the file than in memory");
    segment(FILE_BYTES - 0x80, at, 0x81, 0x100, BOOT_NOTE_ELF_CUT, "a segment that is cut off");
    segment(FILE_BYTES + 1, at, 0, 0x100, BOOT_NOTE_ELF_CUT, "one that begins behind the file");
    segment(UINT64_MAX, at, 2, 0x100, BOOT_NOTE_ELF_CUT, "one that wraps in the file");
    segment(DATA, MEMORY_BASE + ROOM - 1, 0x80, 0x100, BOOT_NOTE_ELF_PLACE, "before the room");
    segment(DATA, MEMORY_BASE + ROOM + ROOM_BYTES - 0xFF, 0x80, 0x100, BOOT_NOTE_ELF_PLACE,
            "one byte out of the room");
    segment(DATA, at, 0x80, UINT64_MAX, BOOT_NOTE_ELF_PLACE, "larger than all memory");
    segment(DATA, UINT64_MAX - 0x10, 0x80, 0x100, BOOT_NOTE_ELF_PLACE, "one that wraps in memory");
    tap_check(word == UINT64_MAX - 0x10, "and where is told");
    segment(DATA, MEMORY_BASE + TAKEN - 0xFF, 0x80, 0x100, BOOT_NOTE_ELF_TAKEN, "on a module");
    segment(DATA, MEMORY_BASE + TAKEN + TAKEN_BYTES, 0x80, 0x100, BOOT_NOTE_NONE, "just behind it");
    segment(DATA, MEMORY_BASE + TEXT + 0xFF, 0x80, 0x100, BOOT_NOTE_ELF_OVERLAP, "on the code");
    build();
    put_header(2, 3, 4, 0, 0, 0, 0);
    tap_check(check() == BOOT_NOTE_ELF_DYNAMIC, "a dynamic linker is asked for");
    build();
    memory_put(FILE_AT + 56, 1, 2);
    put_header(0, 4, 5, 0, 0, 0, 0);
    tap_check(check() == BOOT_NOTE_ELF_EMPTY, "nothing to load");
}

/* Cut everywhere, and not in memory at all. */
static void wrong_files(void)
{
    bool is_refused = true;

    build();
    for (uint64_t bytes = 0; bytes < DATA + 0x80; bytes++) {
        memory_settle();
        is_refused &=
            elf_check(MEMORY_BASE + FILE_AT, bytes, &bounds, &plan, &word) != BOOT_NOTE_NONE;
    }
    tap_check(is_refused, "a file is refused wherever it is cut");
    memory_settle();
    tap_check(elf_check(MEMORY_BASE + FILE_AT, DATA + 0x80, &bounds, &plan, &word) ==
                  BOOT_NOTE_NONE,
              "and not when all that is needed is there");
    tap_check(elf_check(MEMORY_BASE + FILE_AT, 63, &bounds, &plan, &word) == BOOT_NOTE_ELF_SHORT &&
                  word == 63,
              "less than a header");
    tap_check(elf_check(MEMORY_BASE + MEMORY_BYTES - 0x100, FILE_BYTES, &bounds, &plan, &word) ==
                  BOOT_NOTE_ELF_UNREADABLE,
              "a module that is not in memory");
    tap_check(elf_check(UINT64_MAX - 0x100, 0x200, &bounds, &plan, &word) ==
                  BOOT_NOTE_ELF_UNREADABLE,
              "one that wraps");
}

/* What a plan says is within bounds, and only that is written. */
static bool is_harmless(void)
{
    static uint8_t before[MEMORY_BYTES];
    static bool may[MEMORY_BYTES];

    memset(may, 0, sizeof(may));
    memcpy(before, memory, sizeof(before));
    for (unsigned i = 0; i < plan.segments; i++) {
        uint64_t at = plan.segment[i].address - MEMORY_BASE;

        if (at < ROOM || at > ROOM + ROOM_BYTES || plan.segment[i].bytes > ROOM + ROOM_BYTES - at)
            return false;
        memset(may + at, 1, (size_t)plan.segment[i].bytes);
    }
    elf_place(MEMORY_BASE + FILE_AT, &plan);
    for (unsigned i = 0; i < MEMORY_BYTES; i++)
        if (memory[i] != before[i] && (!may[i] || (i >= TAKEN && i < TAKEN + TAKEN_BYTES)))
            return false;
    return true;
}

static void fuzz(void)
{
    enum { RUNS = 20000 };
    unsigned good = 0;
    bool right = true;

    for (unsigned run = 0; run < RUNS; run++) {
        build();
        for (unsigned i = 1 + memory_random(3); i > 0; i--)
            memory[FILE_AT + memory_random(HEADERS + 3 * 56)] = (uint8_t)memory_random(256);
        if (check() != BOOT_NOTE_NONE)
            continue;
        good++;
        right &= is_harmless();
    }
    tap_check(good > RUNS / 100 && good < RUNS, "of files with random bytes some are right");
    tap_check(right, "and these write nothing that they must not");
}

int main(void)
{
    right();
    wrong_headers();
    wrong_segments();
    wrong_files();
    fuzz();
    memory_settle();
    return tap_end();
}
