/* SPDX-License-Identifier: Unlicense
 *
 * The readers of what boot loaders leave: PVH and Multiboot2; maps of memory against a model that
 * knows of each page what it is; wrong and random input.
 */
#include "arch/x86_64/firmware.h"

#include "tests/firmware/memory.h"
#include "tests/unit/tap.h"

#include <string.h>

enum { INFO = 0x100, MAP = 0x400, MODULES = 0x2000, TEXT = 0x2200, PAGE = 4096, RAM = 1, HOLE = 2 };

static unsigned entries;

static void put_entry(uint64_t base, uint64_t size, unsigned type)
{
    unsigned at = MAP + entries++ * 24;

    memory_put(at, base, 8);
    memory_put(at + 8, size, 8);
    memory_put(at + 16, type, 4);
}

static void begin(void)
{
    memset(memory, 0, sizeof(memory));
    entries = 0;
}

static bool read_pvh(struct firmware *firmware)
{
    memory_put(INFO, 0x336EC578, 4);
    memory_put(INFO + 4, 1, 4);
    memory_put(INFO + 40, MEMORY_BASE + MAP, 8);
    memory_put(INFO + 48, entries, 4);
    memory_settle();
    *firmware = (struct firmware){0};
    return firmware_read_pvh(MEMORY_BASE + INFO, firmware);
}

static bool is_range(const struct firmware *firmware, unsigned i, uint64_t base, uint64_t size)
{
    return firmware->ram.range[i].begin == base && firmware->ram.range[i].end - base == size;
}

static void maps(void)
{
    struct firmware firmware;

    begin();
    put_entry(0x100000000, 0x40000000, RAM);
    put_entry(0, 0x9FC00, RAM);
    put_entry(0x100000, 0x7FF00000, RAM);
    put_entry(0x9FC00, 0x400, HOLE);
    tap_check(read_pvh(&firmware) && firmware.ram.count == 3, "a PC's memory, in any order");
    tap_check(firmware.regions == 4 && firmware.region[0].base == 0x100000000 &&
                  firmware.region[0].size == 0x40000000 && firmware.region[0].kind == RAM &&
                  firmware.region[3].kind == HOLE,
              "the map itself is kept as it is");
    tap_check(is_range(&firmware, 0, 0, 0x9F000), "ends are cut to whole pages");
    tap_check(is_range(&firmware, 1, 0x100000, 0x7FF00000) &&
                  is_range(&firmware, 2, 0x100000000, 0x40000000),
              "above 1 MiB and above 4 GiB");

    begin();
    put_entry(0x1000, 0x10000, RAM);
    put_entry(0x4800, 0x10, HOLE);
    put_entry(0x11000, 0x1000, RAM);
    put_entry(0x8000, 0x2000, RAM);
    tap_check(read_pvh(&firmware) && firmware.ram.count == 2 &&
                  is_range(&firmware, 0, 0x1000, 0x3000) && is_range(&firmware, 1, 0x5000, 0xD000),
              "holes split, neighbours join, twice the same counts once");

    begin();
    put_entry(UINT64_MAX - 0x1000, 0x2000, RAM);
    put_entry(0x5000, UINT64_MAX, RAM);
    put_entry(0x2001, 0xFFE, RAM);
    put_entry(0x8000, 0x1000, RAM);
    tap_check(read_pvh(&firmware) && firmware.ram.count == 1 &&
                  is_range(&firmware, 0, 0x8000, 0x1000) && memory_notes == 2,
              "what wraps is noted; less than a page is nothing");

    begin();
    for (unsigned i = 0; i < 100; i++)
        put_entry((uint64_t)i * 2 * PAGE, PAGE, RAM);
    tap_check(read_pvh(&firmware) && firmware.ram.count == FIRMWARE_RANGES_MAX && memory_notes != 0,
              "too many ranges are noted");
}

/* Pages of a small world: a page is RAM if one entry says so and no other says otherwise. */
static bool agrees_with_model(void)
{
    enum { WORLD = 64 };
    bool ram[WORLD] = {false}, hole[WORLD] = {false};
    struct firmware firmware;
    uint64_t last = 0;

    begin();
    for (unsigned count = 1 + memory_random(12); count > 0; count--) {
        unsigned base = memory_random(WORLD), size = 1 + memory_random(WORLD - base);
        unsigned type = memory_random(3) == 0 ? HOLE : RAM;

        put_entry((uint64_t)base * PAGE, (uint64_t)size * PAGE, type);
        memset((type == RAM ? ram : hole) + base, 1, size);
    }
    if (!read_pvh(&firmware))
        return false;
    for (unsigned i = 0; i < firmware.ram.count; i++) {
        const struct firmware_range *range = &firmware.ram.range[i];

        if (range->end == range->begin || (i > 0 && range->begin <= last))
            return false; /* not ascending, or not apart */
        last = range->end;
        for (uint64_t page = range->begin / PAGE; page < last / PAGE; page++) {
            if (page >= WORLD || !ram[page] || hole[page])
                return false;
            ram[page] = false;
        }
    }
    for (unsigned page = 0; page < WORLD; page++)
        if (ram[page] && !hole[page])
            return false;
    return true;
}

static void pvh(void)
{
    struct firmware firmware;

    begin();
    put_entry(0x1000, 0x1000, RAM);
    memory_put(INFO + 12, 2, 4);
    memory_put(INFO + 16, MEMORY_BASE + MODULES, 8);
    memory_put(INFO + 24, MEMORY_BASE + TEXT, 8);
    memory_put(INFO + 32, 0xF1234, 8);
    memory_put(MODULES, 0x200000, 8);
    memory_put(MODULES + 8, 0x3000, 8);
    memory_put(MODULES + 32, 0xFFFFFFFFFFFFF000, 8);
    memory_put(MODULES + 40, 0x2000, 8);
    tap_check(read_pvh(&firmware) && firmware.modules == 1 && firmware.module[0].base == 0x200000 &&
                  firmware.module[0].size == 0x3000 && memory_notes == 1,
              "PVH: modules, of which one wraps");
    tap_check(firmware.text == MEMORY_BASE + TEXT && firmware.rsdp == 0xF1234,
              "PVH: command line and RSDP");
    memory_put(INFO + 16, 0x10, 8);
    tap_check(read_pvh(&firmware) && firmware.modules == 0, "PVH: modules outside of memory");
    entries = 0;
    tap_check(!read_pvh(&firmware), "PVH: no map of memory");
    entries = 100000;
    tap_check(!read_pvh(&firmware) || firmware.ram.count <= 1, "PVH: a map that is too long");
    tap_check(!firmware_read_pvh(MEMORY_BASE + INFO + 4, &firmware), "PVH: not there");
    tap_check(!firmware_read_pvh(0, &firmware), "PVH: not in memory");
}

/* ---- Multiboot2 ---- */

static unsigned tag_at;

static void put_tag(unsigned type, const void *bytes, unsigned count)
{
    memory_put(tag_at, type, 4);
    memory_put(tag_at + 4, 8 + count, 4);
    memcpy(memory + tag_at + 8, bytes, count);
    tag_at = (tag_at + 8 + count + 7) & ~7u;
}

static void begin_tags(void)
{
    static const uint8_t map[] = {24,   0, 0, 0, 0,    0, 0,    0, 0, 0, 0x10, 0, 0, 0,
                                  0,    0, 0, 0, 0x20, 0, 0,    0, 0, 0, 1,    0, 0, 0,
                                  0,    0, 0, 0, 0,    0, 0x20, 0, 0, 0, 0,    0, 0, 0,
                                  0x10, 0, 0, 0, 0,    0, 2,    0, 0, 0, 0,    0, 0, 0};
    static const uint8_t module[] = {0, 0, 0x18, 0, 0, 0x20, 0x18, 0, 'i', 'n', 'i', 't', 0};

    begin();
    tag_at = INFO + 8;
    put_tag(1, "verbose", 8);
    put_tag(3, module, sizeof(module));
    put_tag(6, map, sizeof(map));
    put_tag(14, "RSD PTR old", 12);
    put_tag(15, "RSD PTR new", 12);
    put_tag(0, "", 0);
    memory_put(INFO, tag_at - INFO, 4);
}

static bool read_tags(struct firmware *firmware)
{
    memory_settle();
    *firmware = (struct firmware){0};
    return firmware_read_multiboot2(MEMORY_BASE + INFO, firmware);
}

static const char *at_physical(uint64_t address)
{
    return (const char *)memory + (address - MEMORY_BASE);
}

static void multiboot2(void)
{
    struct firmware firmware;

    begin_tags();
    tap_check(read_tags(&firmware) && firmware.ram.count == 1 &&
                  is_range(&firmware, 0, 0x100000, 0x100000),
              "Multiboot2: the map, where a hole lies over RAM");
    tap_check(firmware.modules == 1 && firmware.module[0].base == 0x180000 &&
                  firmware.module[0].size == 0x2000 &&
                  strcmp(at_physical(firmware.module[0].text), "init") == 0,
              "Multiboot2: a module and its text");
    tap_check(strcmp(at_physical(firmware.text), "verbose") == 0 &&
                  strcmp(at_physical(firmware.rsdp), "RSD PTR new") == 0,
              "Multiboot2: command line, the newer RSDP");
    memory_put(INFO + 8 + 4, 0, 4);
    tap_check(!read_tags(&firmware), "Multiboot2: a tag without length ends it");
    begin_tags();
    memory_put(INFO + 8 + 4, 0xFFFFFFFF, 4);
    tap_check(!read_tags(&firmware), "Multiboot2: a tag that is longer than all");
    begin_tags();
    memory_put(INFO, 8, 4);
    tap_check(!read_tags(&firmware), "Multiboot2: nothing but a head");
    memory_put(INFO, 0x7FFFFFFF, 4);
    tap_check(!read_tags(&firmware), "Multiboot2: more than there is memory");
}

static bool survives(bool (*read)(struct firmware *), unsigned from, unsigned bytes)
{
    struct firmware firmware;

    for (unsigned i = 1 + memory_random(6); i > 0; i--)
        memory[from + memory_random(bytes)] = (uint8_t)memory_random(256);
    (void)read(&firmware);
    return firmware.ram.count <= FIRMWARE_RANGES_MAX && firmware.modules <= FIRMWARE_MODULES_MAX;
}

static void fuzz(void)
{
    bool right = true;

    for (unsigned i = 0; i < 5000; i++) {
        begin_tags();
        right &= survives(read_tags, INFO, 200);
        begin();
        put_entry(0x1000, 0x10000, RAM);
        put_entry(0x4000, 0x1000, HOLE);
        right &= survives(read_pvh, MAP, 48) && survives(read_pvh, INFO + 8, 48);
    }
    tap_check(right, "random bytes are read or refused");
}

int main(void)
{
    bool right = true;

    maps();
    for (unsigned i = 0; i < 5000; i++)
        right &= agrees_with_model();
    tap_check(right, "random maps are what the model says, page by page");
    pvh();
    multiboot2();
    fuzz();
    memory_settle();
    return tap_end();
}
