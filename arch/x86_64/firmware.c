/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/firmware.h"

#include "kernel/compiler.h"

enum { PAGE_BYTES = 4096, MEMORY_USABLE = 1, MAP_ENTRIES_MAX = 256 };

/* Before anybody counts or copies: at most so many entries. */
static NOINLINE unsigned limit(uint64_t count, unsigned max, enum boot_note what)
{
    if (count <= max)
        return (unsigned)count;
    firmware_note(what, count);
    return max;
}

/* ---- Lists of ranges ---- */

bool firmware_holds(const struct firmware_range *ranges, unsigned count, uint64_t base,
                    uint64_t size)
{
    for (; count != 0; count--, ranges++)
        if (base >= ranges->begin && base <= ranges->end && size <= ranges->end - base)
            return true;
    return false;
}

/* Where its order is; nothing, if it is empty. */
static void insert(struct firmware_list *list, uint64_t begin, uint64_t end)
{
    unsigned i = list->count;

    if (begin >= end)
        return;
    if (i == FIRMWARE_RANGES_MAX) {
        firmware_note(BOOT_NOTE_RAM_TOO_MANY, begin);
        return;
    }
    list->count++;
    for (; i > 0 && list->range[i - 1].begin > begin; i--)
        list->range[i] = list->range[i - 1];
    list->range[i] = (struct firmware_range){begin, end};
}

/* Take range i out, and return it. */
static struct firmware_range erase(struct firmware_list *list, unsigned i)
{
    struct firmware_range range = list->range[i];

    list->count--;
    for (; i < list->count; i++)
        list->range[i] = list->range[i + 1];
    return range;
}

/* With all that it overlaps or touches. */
void firmware_add(struct firmware_list *list, uint64_t begin, uint64_t end)
{
    unsigned i = 0;

    while (i < list->count) {
        if (list->range[i].end < begin || end < list->range[i].begin) {
            i++;
        } else {
            struct firmware_range old = erase(list, i);

            begin = old.begin < begin ? old.begin : begin;
            end = old.end > end ? old.end : end;
        }
    }
    insert(list, begin, end);
}

/* What is left of a range on both sides does not overlap. */
void firmware_remove(struct firmware_list *list, uint64_t begin, uint64_t end)
{
    unsigned i = 0;

    while (i < list->count) {
        if (list->range[i].end <= begin || end <= list->range[i].begin) {
            i++;
        } else {
            struct firmware_range old = erase(list, i);

            insert(list, old.begin, begin);
            insert(list, end, old.end);
        }
    }
}

/* ---- The map of memory ---- */

/* One entry of a map of memory: base, size (8 bytes each), type (4). RAM shrinks to whole pages,
 * what is not RAM grows to them. False: it wraps. */
static bool to_pages(const uint8_t *entry, bool is_ram, uint64_t *begin, uint64_t *end)
{
    const uint64_t mask = PAGE_BYTES - 1;
    uint64_t base = firmware_word(entry, 8), size = firmware_word(entry + 8, 8);

    if (size > UINT64_MAX - mask - base || base > UINT64_MAX - mask) {
        firmware_note(BOOT_NOTE_RAM_WRAPS, base);
        return false;
    }
    *begin = (is_ram ? base + mask : base) & ~mask;
    *end = (is_ram ? base + size : base + size + mask) & ~mask;
    return *begin < *end;
}

/* The map itself, for the first process. */
static void keep_regions(struct firmware *firmware, const uint8_t *entries, unsigned count,
                         unsigned stride)
{
    firmware->regions =
        limit(count, FIRMWARE_REGIONS_MAX, BOOT_NOTE_MAP_TOO_LONG); /* for the boot page only */
    for (unsigned i = 0; i < firmware->regions; i++, entries += stride)
        firmware->region[i] =
            (struct firmware_region){firmware_word(entries, 8), firmware_word(entries + 8, 8),
                                     firmware_word(entries + 16, 4)};
}

/* First all RAM, then everything else is taken out of it: maps may overlap, and come in any order.
 */
static void read_map(struct firmware *firmware, const uint8_t *entries, unsigned count,
                     unsigned stride)
{
    enum { TYPE = 16 };
    uint64_t begin, end;

    keep_regions(firmware, entries, count, stride);
    for (unsigned pass = 0; pass < 2; pass++) {
        bool is_ram = pass == 0;

        for (unsigned i = 0; i < count; i++) {
            const uint8_t *entry = entries + (size_t)i * stride;

            if ((firmware_word(entry + TYPE, 4) == MEMORY_USABLE) != is_ram ||
                !to_pages(entry, is_ram, &begin, &end))
                continue;
            if (is_ram)
                firmware_add(&firmware->ram, begin, end);
            else
                firmware_remove(&firmware->ram, begin, end);
        }
    }
}

static void add_module(struct firmware *firmware, uint64_t base, uint64_t size, uint64_t text)
{
    if (firmware->modules == FIRMWARE_MODULES_MAX) {
        firmware_note(BOOT_NOTE_MODULE_TOO_MANY, base);
        return;
    }
    if (size == 0 || size > UINT64_MAX - base) {
        firmware_note(BOOT_NOTE_MODULE_MALFORMED, base);
        return;
    }
    firmware->module[firmware->modules++] = (struct firmware_module){base, size, text};
}

/* ---- PVH ---- */

enum pvh {
    PVH_MAGIC = 0x336EC578,
    PVH_VERSION = 4,
    PVH_MODULE_COUNT = 12,
    PVH_MODULES = 16,
    PVH_TEXT = 24,
    PVH_RSDP = 32,
    PVH_MAP = 40,
    PVH_MAP_COUNT = 48,
    PVH_BYTES = 56,
    PVH_MAP_STRIDE = 24,
    PVH_MODULE_STRIDE = 32,
};

static void read_pvh_modules(struct firmware *firmware, const uint8_t *info)
{
    unsigned count = limit(firmware_word(info + PVH_MODULE_COUNT, 4), FIRMWARE_MODULES_MAX,
                           BOOT_NOTE_MODULE_TOO_MANY);
    const uint8_t *module =
        firmware_map(firmware_word(info + PVH_MODULES, 8), (size_t)count * PVH_MODULE_STRIDE);

    if (count == 0)
        return;
    if (module == NULL) {
        firmware_note(BOOT_NOTE_MODULE_UNREADABLE, firmware_word(info + PVH_MODULES, 8));
        return;
    }
    for (unsigned i = 0; i < count; i++, module += PVH_MODULE_STRIDE)
        add_module(firmware, firmware_word(module, 8), firmware_word(module + 8, 8),
                   firmware_word(module + 16, 8));
}

bool firmware_read_pvh(uint64_t address, struct firmware *firmware)
{
    const uint8_t *info = firmware_map(address, PVH_BYTES);
    const uint8_t *map;
    unsigned count;

    /* The map of memory is there since version 1. */
    if (info == NULL || firmware_word(info, 4) != PVH_MAGIC ||
        firmware_word(info + PVH_VERSION, 4) < 1) {
        firmware_note(BOOT_NOTE_LOADER_UNKNOWN, address);
        return false;
    }
    count = limit(firmware_word(info + PVH_MAP_COUNT, 4), MAP_ENTRIES_MAX, BOOT_NOTE_MAP_TOO_LONG);
    map = firmware_map(firmware_word(info + PVH_MAP, 8), (size_t)count * PVH_MAP_STRIDE);
    if (map == NULL || count == 0) {
        firmware_note(BOOT_NOTE_MAP_NONE, count);
        return false;
    }
    read_map(firmware, map, count, PVH_MAP_STRIDE);
    firmware->text = firmware_word(info + PVH_TEXT, 8);
    firmware->rsdp = firmware_word(info + PVH_RSDP, 8);
    read_pvh_modules(firmware, info);
    return true;
}

/* ---- Multiboot2 ---- */

enum multiboot2 {
    TAG_END = 0,
    TAG_TEXT = 1,
    TAG_MODULE = 3,
    TAG_MAP = 6,
    TAG_RSDP_1 = 14,
    TAG_RSDP_2 = 15,
    TAG_BYTES = 8,
    INFO_BYTES_MAX = 1 << 16,
    MAP_HEADER = 16,
    MAP_ENTRY_BYTES = 20,
    MODULE_HEADER = 16,
};

static NOINLINE void read_map_tag(struct firmware *firmware, const uint8_t *tag, uint32_t size)
{
    uint32_t stride;

    if (size < MAP_HEADER) {
        firmware_note(BOOT_NOTE_MAP_MALFORMED, size);
        return;
    }
    stride = (uint32_t)firmware_word(tag + 8, 4);
    if (stride < MAP_ENTRY_BYTES || stride > size || firmware->ram.count != 0) {
        firmware_note(BOOT_NOTE_MAP_MALFORMED, stride);
        return;
    }
    read_map(firmware, tag + MAP_HEADER,
             limit((size - MAP_HEADER) / stride, MAP_ENTRIES_MAX, BOOT_NOTE_MAP_TOO_LONG), stride);
}

/* Whether text in [from, size) of a tag ends there. */
static bool has_end(const uint8_t *tag, uint32_t from, uint32_t size)
{
    return from < size && tag[size - 1] == 0;
}

static NOINLINE void read_tag(struct firmware *firmware, const uint8_t *tag, uint32_t size,
                              uint64_t at)
{
    switch (firmware_word(tag, 4)) {
    case TAG_TEXT:
        firmware->text = has_end(tag, TAG_BYTES, size) ? at + TAG_BYTES : 0;
        break;
    case TAG_MODULE:
        if (size < MODULE_HEADER) {
            firmware_note(BOOT_NOTE_MODULE_MALFORMED, at);
            break;
        }
        add_module(firmware, firmware_word(tag + 8, 4),
                   firmware_word(tag + 12, 4) - firmware_word(tag + 8, 4),
                   has_end(tag, MODULE_HEADER, size) ? at + MODULE_HEADER : 0);
        break;
    case TAG_MAP:
        read_map_tag(firmware, tag, size);
        break;
    case TAG_RSDP_1:
        if (firmware->rsdp == 0)
            firmware->rsdp = at + TAG_BYTES; /* a copy of it */
        break;
    case TAG_RSDP_2:
        firmware->rsdp = at + TAG_BYTES;
        break;
    default: /* of no use to us */
        break;
    }
}

bool firmware_read_multiboot2(uint64_t address, struct firmware *firmware)
{
    const uint8_t *info = firmware_map(address, TAG_BYTES);
    uint32_t length = info != NULL ? (uint32_t)firmware_word(info, 4) : 0;
    uint32_t at = TAG_BYTES;

    if (length < 2 * TAG_BYTES || length > INFO_BYTES_MAX ||
        (info = firmware_map(address, length)) == NULL) {
        firmware_note(BOOT_NOTE_LOADER_MALFORMED, address);
        return false;
    }
    while (at <= length - TAG_BYTES && firmware_word(info + at, 4) != TAG_END) {
        uint32_t size = (uint32_t)firmware_word(info + at + 4, 4);

        if (size < TAG_BYTES || size > length - at) {
            firmware_note(BOOT_NOTE_TAG_MALFORMED, size);
            break;
        }
        read_tag(firmware, info + at, size, address + at);
        at += (size + TAG_BYTES - 1) & ~(uint32_t)(TAG_BYTES - 1);
    }
    if (firmware->ram.count == 0)
        firmware_note(BOOT_NOTE_MAP_NONE, address);
    return firmware->ram.count != 0;
}
