/* SPDX-License-Identifier: Unlicense
 *
 * The page that boot leaves for the first process (abi/boot_page.h), and what boot has to say.
 */
#include "arch/memory.h"
#include "arch/space.h"
#include "arch/x86_64/boot.h"
#include "arch/x86_64/port.h"
#include "arch/x86_64/text.h"
#include "drivers/console.h"
#include "kernel/pagetable.h"
#include "kernel/panic.h"
#include "kernel/report.h"
#include "layout.h"

static NOINLINE struct boot_page *boot_page(void)
{
    word_t page = LAYOUT_KERNEL_WINDOW + LAYOUT_BOOT_PAGE;

    OPAQUE(page); /* no object lies there */
    return (struct boot_page *)page;
}

void boot_page_begin(void)
{
    struct boot_page *page = boot_page();

    __builtin_memset(page, 0, sizeof(*page));
    page->magic = BOOT_PAGE_MAGIC;
    page->version = BOOT_PAGE_VERSION;
    page->bytes = sizeof(*page);
}

/* ---- Notes ---- */

/* Numbers, and the texts behind each other in the same order. A release build has those that end
 * boot: nobody else could tell. */
#define NUMBER(name, number, text) (number),
#define TEXT(name, number, text)   text "\0"
#if CONFIG_DEBUG
#define SAID(NOTE) BOOT_NOTES(NOTE) BOOT_STOPS(NOTE)
#else
#define SAID(NOTE) BOOT_STOPS(NOTE)
#endif

static const char *text_of(enum boot_note what)
{
    static const uint8_t numbers[] = {SAID(NUMBER)};
    const char *text = SAID(TEXT);

    for (unsigned i = 0; i < sizeof(numbers) && numbers[i] != (uint8_t)what; i++)
        text = text_behind(text);
    return text;
}

void firmware_note(enum boot_note what, uint64_t word)
{
    struct boot_page *page = boot_page();
    struct cpu *cpu = &port_area.cpu;

    if (page->notes < BOOT_PAGE_NOTES)
        page->note[page->notes] = (struct boot_noted){what, word};
    page->notes++;
    if (!CONFIG_DEBUG)
        return;
    report_text(cpu, text_of(what));
    report_text(cpu, " ");
    report_hex(cpu, word);
    report_text(cpu, "\n");
    report_drain(cpu);
}

void boot_say(const char *text)
{
    for (; *text != '\0'; text++)
        console_put(*text);
}

void boot_stop(enum boot_note what, word_t word)
{
    boot_say("\nPANIC: cannot start: ");
    boot_say(text_of(what));
    boot_say(" 0x");
    for (int shift = WORD_BITS - 4; shift >= 0; shift -= 4)
        console_put("0123456789abcdef"[word >> shift & 0xF]);
    boot_say("\n");
    panic_stop();
}

/* ---- Contents ---- */

/* What the loader's text has beyond the room for it is noted. */
static void copy_text(char *to, uint64_t from, size_t bytes)
{
    const char *c;

    if (from == 0)
        return;
    for (size_t i = 0;; i++) {
        c = firmware_map(from + i, 1);
        if (c == NULL || *c == '\0')
            return;
        if (i + 1 == bytes) {
            firmware_note(BOOT_NOTE_TEXT_CUT, from);
            return;
        }
        to[i] = *c;
    }
}

static void add_ram(struct boot_page *page, const struct firmware_list *ram)
{
    for (unsigned i = 0; i < ram->count; i++) {
        const struct firmware_range *range = &ram->range[i];

        if (i == BOOT_PAGE_RAMS) {
            firmware_note(BOOT_NOTE_RAM_TOO_MANY, range->begin);
            return;
        }
        page->ram[page->rams++] = (struct boot_span){range->begin, range->end - range->begin};
    }
}

/* One that the first process could not read keeps its number, with size 0. */
static void add_module(struct boot_page *page, const struct firmware_module *module,
                       const struct firmware_list *ram)
{
    struct boot_module *to = &page->module[page->modules++];

    to->base = module->base;
    copy_text(to->text, module->text, sizeof(to->text));
    if (firmware_holds(ram->range, ram->count, module->base, module->size))
        to->size = module->size;
    else
        firmware_note(BOOT_NOTE_MODULE_UNREADABLE, module->base);
}

static void add_lines(struct boot_page *page, const struct acpi_info *acpi)
{
    for (unsigned i = 0; i < ACPI_ISA_LINES; i++)
        page->isa_line[i] = i;
    for (unsigned i = 0; i < acpi->overrides; i++)
        page->isa_line[acpi->override[i].isa] = acpi->override[i].global;
}

const char *boot_page_text(const struct firmware *firmware)
{
    struct boot_page *page = boot_page();

    copy_text(page->text, firmware->text, sizeof(page->text));
    return page->text;
}

static_assert(sizeof(((struct firmware *)0)->region) == sizeof(((struct boot_page *)0)->region) &&
                  (int)FIRMWARE_MODULES_MAX == (int)BOOT_PAGE_MODULES,
              "what firmware says fits the page");

void boot_page_fill(const struct boot_state *boot)
{
    struct boot_page *page = boot_page();

    page->acpi = boot->firmware.rsdp;
    page->loader = boot->loader;
    page->init = boot->init;
    page->clock = boot->clock;
    page->kernel_entry = arch_mmu_kernel_entry(ARCH_MMU_TOP_ENTRIES - 1);
    add_ram(page, &boot->ram);
    page->regions = boot->firmware.regions;
    __builtin_memcpy(page->region, boot->firmware.region, sizeof(page->region));
    for (unsigned i = 0; i < boot->firmware.modules; i++)
        add_module(page, &boot->firmware.module[i], &boot->ram);
    add_lines(page, &boot->acpi);
}

void boot_page_cpus(const struct acpi_info *acpi)
{
    struct boot_page *page = boot_page();

    for (unsigned i = 0; i < acpi->cpus && i < BOOT_PAGE_CPUS; i++)
        page->cpu[page->cpus++] = acpi->apic_id[i];
}

void boot_page_tables(word_t count)
{
    const struct capability *slots = (const struct capability *)arch_kmem_base();
    const struct capability *tables = slots[BOOT_PAGETABLES].object;
    struct boot_page *page = boot_page();

    for (word_t i = 0; i < count && i < BOOT_PAGE_TABLES; i++)
        if (cap_is(&tables[i], CAP_PAGETABLE))
            page->table[page->tables++] =
                (struct boot_table){pagetable_base(&tables[i]), pagetable_size_order(&tables[i])};
}
