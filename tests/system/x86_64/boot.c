/* SPDX-License-Identifier: Unlicense
 *
 * What boot leaves for the first process, seen from there: boot information, and that the memory it
 * names is there and is what it says. boot.py boots this in many ways and compares the lines that
 * begin with "# boot" with how it did so.
 */
#include "rme/boot.h"
#include "layout.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { PAGE_ORDER = 12, PAGE = 1 << PAGE_ORDER };
static const word_t four_gib = (word_t)1 << 32;
static const word_t local_apic = 0xFEE00000;

/* ---- Facts, for whoever started this ---- */

static word_t sum_of(const struct boot_module *module)
{
    const unsigned char *bytes = (const unsigned char *)module->base;
    word_t sum = 0;

    for (word_t i = 0; i < module->size; i++)
        sum = sum * 31 + bytes[i];
    return sum & 0xFFFFFFFF;
}

static void say_memory(const struct boot_page *page)
{
    for (word_t i = 0; i < page->rams; i++)
        rme_print("# boot ram %lx %lx\n", page->ram[i].base, page->ram[i].size);
    for (word_t i = 0; i < page->regions; i++)
        rme_print("# boot region %lx %lx %lu\n", page->region[i].base, page->region[i].size,
                  page->region[i].kind);
}

static void say(const struct boot_page *page)
{
    rme_print("# boot loader %lu\n# boot init %lu\n# boot clock %lu\n", page->loader, page->init,
              page->clock);
    rme_print("# boot acpi %lx\n# boot tables %lu\n", page->acpi, page->tables);
    say_memory(page);
    for (word_t i = 0; i < page->cpus; i++)
        rme_print("# boot cpu %lu\n", (word_t)page->cpu[i]);
    for (word_t i = 0; i < page->modules; i++)
        rme_print("# boot module %lx %lu %lx [%s]\n", page->module[i].base, page->module[i].size,
                  sum_of(&page->module[i]), page->module[i].text);
    for (word_t i = 0; i < page->notes && i < BOOT_PAGE_NOTES; i++)
        rme_print("# boot note %lu %lx %s\n", page->note[i].what, page->note[i].word,
                  rme_boot_note(page->note[i].what));
    rme_print("# boot text [%s]\n", page->text);
}

/* ---- The page itself ---- */

static void the_version(const struct boot_page *page)
{
    static struct boot_page other;

    other.magic = page->magic;
    other.version = page->version;
    other.bytes = page->bytes;
    tap_check(rme_boot_is_known(&other), "a page of this version is known");
    other.bytes++;
    tap_check(rme_boot_is_known(&other), "and one to which something was added");
    other.bytes = page->bytes - 1;
    tap_check(!rme_boot_is_known(&other), "one that is too short is not");
    other.bytes = page->bytes;
    other.version = page->version + 1;
    tap_check(!rme_boot_is_known(&other), "nor one of a later version");
    other.version = page->version;
    other.magic++;
    tap_check(!rme_boot_is_known(&other), "nor what is no such page");
}

static bool ends(const char *text, word_t bytes)
{
    for (word_t i = 0; i < bytes; i++)
        if (text[i] == '\0')
            return true;
    return false;
}

static void the_contents(const struct boot_page *page)
{
    bool end = ends(page->text, sizeof(page->text)), is_twice = false;

    tap_check(page->bytes == sizeof(*page) && page->tables != 0 && page->rams != 0 &&
                  page->regions != 0,
              "there are tables, RAM and a map");
    tap_check(page->tables <= rme_boot.tables, "each table is a capability");
    for (word_t i = 0; i < page->modules; i++)
        end &= ends(page->module[i].text, sizeof(page->module[i].text));
    tap_check(end, "every text ends");
    for (word_t i = 0; i < page->cpus; i++)
        for (word_t j = 0; j < i; j++)
            is_twice |= page->cpu[i] == page->cpu[j];
    tap_check(!is_twice && rme_boot.cpu_count >= 1, "no CPU is there twice");
}

/* ---- Memory ---- */

static bool meets(word_t base, word_t size, word_t other, word_t other_size)
{
    return base < other + other_size && other < base + size;
}

/* Whether an address is RAM, and nothing else, by the map as the firmware gave it. */
static bool is_ram(const struct boot_page *page, word_t address)
{
    bool is_named = false;

    for (word_t i = 0; i < page->regions; i++) {
        const struct boot_region *region = &page->region[i];

        if (address - region->base >= region->size)
            continue;
        if (region->kind != BOOT_REGION_RAM)
            return false;
        is_named = true;
    }
    return is_named;
}

static bool is_zero(const word_t *from, word_t end)
{
    for (; (word_t)from < end; from++)
        if (*from != 0)
            return false;
    return true;
}

static void the_map(const struct boot_page *page)
{
    const word_t kernel = LAYOUT_KMEM - LAYOUT_KERNEL_WINDOW;
    const word_t image_end = LAYOUT_KERNEL_IMAGE + LAYOUT_KERNEL_IMAGE_BYTES;
    word_t given = 0; /* of the kernel's image: what only boot needed */
    bool is_ordered = true, is_apart = true, is_known = true;
    word_t last = 0;

    for (word_t i = 0; i < page->rams; i++) {
        word_t base = page->ram[i].base, size = page->ram[i].size;

        is_ordered &= base >= last && size != 0 && (base | size) % PAGE == 0;
        if (base > LAYOUT_KERNEL_IMAGE && base < image_end)
            given = base;
        is_apart &= !meets(base, size, LAYOUT_BOOT_PAGE, 2 * PAGE) &&
                    !meets(base, size, kernel, LAYOUT_KMEM_OWN_BYTES);
        is_known &= is_ram(page, base) && is_ram(page, base + size - 1);
        last = base + size;
    }
    tap_check(is_ordered, "RAM is whole pages, in order, apart from each other");
    tap_check(is_apart, "nothing of it is the kernel's");
    tap_check(is_known, "all of it is RAM by the firmware's map");
    tap_check(given != 0 && is_zero((const word_t *)given, given + 4 * PAGE),
              "what only boot needed is given back, and holds nothing");
}

/* The first or the last page of a piece of RAM. Text and data of this program are in the middle of
 * one. */
static volatile word_t *edge(const struct boot_page *page, word_t i)
{
    const struct boot_span *ram = &page->ram[i / 2];

    return (volatile word_t *)(i % 2 == 0 ? ram->base : ram->base + ram->size - PAGE);
}

/* Each page holds its own address, all at the same time: no two of them are the same memory. What
 * was there is put back; modules may be in it. */
static void the_memory(const struct boot_page *page)
{
    static word_t kept[2 * BOOT_PAGE_RAMS];
    bool is_memory = true;
    word_t above = 0;

    for (word_t i = 0; i < 2 * page->rams; i++) {
        kept[i] = *edge(page, i);
        *edge(page, i) = ~(word_t)edge(page, i);
    }
    for (word_t i = 0; i < 2 * page->rams; i++)
        is_memory &= *edge(page, i) == ~(word_t)edge(page, i);
    for (word_t i = 2 * page->rams; i-- > 0;)
        *edge(page, i) = kept[i];
    tap_check(is_memory, "the first and the last page of each piece can be written and read");

    for (word_t i = 0; i < page->rams; i++)
        if (page->ram[i].base >= four_gib)
            above += page->ram[i].size;
    if (above == 0) {
        tap_skip("memory above 4 GiB", "this machine has none");
        return;
    }
    rme_print("# boot above %lx\n", above);
    tap_check(true, "so can memory above 4 GiB");
}

/* ---- What there is not ---- */

static rme_pagetable_t table; /* of another process, of pages of 4 KiB */

/* Whether the first process can give a page of its own at this address away. */
static bool has(word_t address, word_t flags)
{
    static word_t position;
    struct rme_piece piece;

    if (!rme_memory_piece(address, PAGE_ORDER, &piece))
        return false;
    return rme_pagetable_add(table, position++, flags | PAGE_CACHE | PAGE_BUFFER, piece.table,
                             piece.position, piece.index) == STATUS_OK;
}

/* What follows a piece of RAM, where that is not the next piece. */
static bool has_holes(const struct boot_page *page)
{
    for (word_t i = 0; i < page->rams; i++) {
        word_t end = page->ram[i].base + page->ram[i].size;
        bool is_device = end - LAYOUT_DEVICES < LAYOUT_DEVICES_BYTES;
        bool is_next =
            end == LAYOUT_BOOT_PAGE || (i + 1 < page->rams && page->ram[i + 1].base == end);

        if (!is_next && !is_device && has(end, PAGE_READ))
            return true;
    }
    return false;
}

static void the_rest(const struct boot_page *page)
{
    struct rme_space space = rme_space_make(1);
    const struct boot_span *last = &page->ram[page->rams - 1];

    table =
        rme_space_add(&space, LAYOUT_USER_RAM, PAGE_ORDER, PAGE_READ | PAGE_CACHE | PAGE_BUFFER);
    tap_check(has(last->base, PAGE_READ | PAGE_WRITE | PAGE_EXECUTE) &&
                  has(last->base + last->size - PAGE, PAGE_READ | PAGE_WRITE),
              "the first process can give away the first and the last page of the last piece");
    tap_check(has(LAYOUT_BOOT_PAGE, PAGE_READ) && !has(LAYOUT_BOOT_PAGE, PAGE_READ | PAGE_WRITE),
              "boot information can be read and not written");
    tap_check(!has(LAYOUT_KERNEL_IMAGE, PAGE_READ) &&
                  !has(LAYOUT_KMEM - LAYOUT_KERNEL_WINDOW, PAGE_READ),
              "of the kernel there is nothing to give");
    tap_check(!has(local_apic, PAGE_READ | PAGE_WRITE), "nor of the local APIC");
    tap_check(!has_holes(page), "nor of what lies behind RAM");
}

int main(void)
{
    const struct boot_page *page = rme_boot_page();

    tap_check(page != NULL, "there is boot information of this version");
    if (page == NULL)
        return tap_end();
    say(page);
    the_version(page);
    the_contents(page);
    the_map(page);
    the_memory(page);
    the_rest(page);
    return tap_end();
}
