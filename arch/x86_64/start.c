/* SPDX-License-Identifier: Unlicense
 *
 * From the boot loader's hand to the first thread. As long as boot's own address space is loaded,
 * the first 4 GiB of physical memory lie in the lower half where they are.
 */
#include "arch/machine.h"
#include "arch/x86_64/firmware.h"
#include "arch/x86_64/port.h"
#include "kernel/boot.h"
#include "kernel/pagetable.h"
#include "kernel/panic.h"
#include "kernel/report.h"
#include "layout.h"
#include "port/clock.h"
#include "port/memory.h"

#include "abi/boot_page.h"

enum { RANGES_MAX = 2 * FIRMWARE_RAM_MAX + 4, LOW_MEMORY = 0x100000, PAGE = 4096 };
#define MULTIBOOT2_LOADED ((word_t)0x36D76289)
#define IDENTITY_END      ((word_t)1 << 32)
#define HPET_USUAL        ((word_t)0xFED00000) /* elsewhere it could be anything's */

/* On top of the kernel stack: the linker script puts it there. */
__attribute__((section(".kernel.cpu"), aligned(64))) struct port_area port_area;

__attribute__((section(".kernel.kmem_bitmap")))
shared_t port_kmem_bitmap[LAYOUT_KMEM_BITMAP_BYTES / sizeof(shared_t)];

static struct firmware firmware;
static struct acpi_info acpi;
static struct memory_range ranges[RANGES_MAX];
static struct boot_memory memory = {.ranges = ranges};
static char command_line[sizeof(((struct boot_page *)0)->text)];

struct cpu *port_boot_cpu(void)
{
    return &port_area.cpu;
}

/* ---- For those who read what the firmware left ---- */

const void *firmware_map(uint64_t physical, size_t bytes)
{
    if (physical == 0 || physical >= IDENTITY_END || bytes > IDENTITY_END - physical)
        return NULL;
    return (const void *)physical;
}

void firmware_note(const char *what, uint64_t word)
{
    if (!CONFIG_DEBUG)
        return;
    report_text(&port_area.cpu, what);
    report_text(&port_area.cpu, " ");
    report_hex(&port_area.cpu, word);
    report_text(&port_area.cpu, "\n");
}

static void read_firmware(word_t magic, word_t info)
{
    bool is_read = magic == MULTIBOOT2_LOADED ? firmware_read_multiboot2(info, &firmware)
                                              : firmware_read_pvh(info, &firmware);

    if (!is_read)
        panic("the boot loader says nothing that makes sense", info);
    if (firmware.rsdp == 0)
        firmware.rsdp = acpi_search();
    if (!acpi_read(firmware.rsdp, &acpi) || acpi.local_apic == 0)
        acpi.local_apic = 0xFEE00000; /* where it is unless somebody moved it */
    if (acpi.ioapics == 0)
        acpi.ioapic[acpi.ioapics++] = (struct acpi_ioapic){.address = 0xFEC00000};
}

/* ---- What the first process may map ---- */

/* The window of guests is between them. With the boundary at the top of memory kernel memory goes
 * on behind its own part, and is the user's too. */
static const struct memory_range kernel_memory[] = {
    {LAYOUT_KERNEL_IMAGE, LAYOUT_KERNEL_IMAGE_BYTES, 0},
    {LAYOUT_KERNEL_END - LAYOUT_KMEM_OWN_BYTES, LAYOUT_KMEM_OWN_BYTES, 0},
};
enum { KERNEL_RANGES = sizeof(kernel_memory) / sizeof(kernel_memory[0]) };

static void add_range(word_t begin, word_t end, word_t flags)
{
    if (begin >= end)
        return;
    if (memory.range_count == RANGES_MAX) {
        firmware_note("memory: too many pieces, left out at", begin);
        return;
    }
    ranges[memory.range_count++] = (struct memory_range){begin, end - begin, flags};
}

/* All RAM above the first megabyte, but for the boot page and what is the kernel's. */
static void add_ram(word_t begin, word_t end)
{
    const word_t flags = PAGE_READ | PAGE_WRITE | PAGE_EXECUTE | PAGE_CACHE | PAGE_BUFFER;

    if (begin < LOW_MEMORY)
        begin = LOW_MEMORY;
    for (unsigned i = 0; i < KERNEL_RANGES; i++) {
        word_t kernel_begin = i == 0 ? LAYOUT_BOOT_PAGE : kernel_memory[i].base;
        word_t kernel_end = kernel_memory[i].base + kernel_memory[i].size;

        add_range(begin, end < kernel_begin ? end : kernel_begin, flags);
        if (begin < kernel_end)
            begin = kernel_end;
    }
    add_range(begin, end, flags);
}

/* Where the BARs of devices lie: what is no RAM. Behind it stand interrupt controllers, which are
 * the kernel's; the HPET, which the kernel does not use, may be had too. */
static void add_devices(void)
{
    const word_t flags = PAGE_READ | PAGE_WRITE, end = LAYOUT_DEVICES + LAYOUT_DEVICES_BYTES;
    word_t begin = LAYOUT_DEVICES;

    for (unsigned i = 0; i < firmware.rams && firmware.ram[i].base < end; i++) {
        word_t ram_end = firmware.ram[i].base + firmware.ram[i].size;

        if (ram_end <= begin)
            continue;
        add_range(begin, firmware.ram[i].base, flags);
        begin = ram_end;
    }
    add_range(begin, end, flags);
    if (acpi.hpet == HPET_USUAL)
        add_range(acpi.hpet, acpi.hpet + PAGE, flags);
}

static void add_ranges(void)
{
    add_devices();
    for (unsigned i = 0; i < firmware.rams; i++)
        add_ram(firmware.ram[i].base, firmware.ram[i].base + firmware.ram[i].size);
    add_range(LAYOUT_BOOT_PAGE, LAYOUT_BOOT_PAGE + PAGE, PAGE_READ | PAGE_CACHE | PAGE_BUFFER);
    memory.reserved = kernel_memory;
    memory.reserved_count = KERNEL_RANGES;
}

/* ---- The boot page ---- */

static struct boot_page *boot_page(void)
{
    return (struct boot_page *)(LAYOUT_KERNEL_WINDOW + LAYOUT_BOOT_PAGE);
}

static void copy_text(char *to, uint64_t from, size_t bytes)
{
    for (size_t i = 0; i + 1 < bytes; i++) {
        const char *c = firmware_map(from + i, 1);

        if (from == 0 || c == NULL || *c == '\0')
            return;
        to[i] = *c;
    }
}

/* What comes from the loader: while its memory is in sight. */
static void fill_page(void)
{
    struct boot_page *page = boot_page();

    *(volatile word_t *)&page->magic = BOOT_PAGE_MAGIC;
    for (word_t *word = &page->version; word < (word_t *)(page + 1); word++)
        *word = 0;
    page->version = BOOT_PAGE_VERSION;
    page->bytes = sizeof(*page);
    page->acpi = firmware.rsdp;
    page->kernel_entry = arch_mmu_kernel_entry(ARCH_MMU_TOP_ENTRIES - 1);
    for (word_t i = 0; i < memory.range_count && page->rams < BOOT_PAGE_RAMS; i++)
        if ((ranges[i].flags & (PAGE_WRITE | PAGE_CACHE)) == (PAGE_WRITE | PAGE_CACHE))
            page->ram[page->rams++] = (struct boot_span){ranges[i].base, ranges[i].size};
    for (unsigned i = 0; i < firmware.modules && i < BOOT_PAGE_MODULES; i++)
        page->module[page->modules++] =
            (struct boot_span){firmware.module[i].base, firmware.module[i].size};
    for (unsigned i = 0; i < sizeof(page->text); i++)
        page->text[i] = command_line[i];
    for (unsigned i = 0; i < ACPI_ISA_LINES; i++)
        page->isa_line[i] = i;
    for (unsigned i = 0; i < acpi.overrides; i++)
        page->isa_line[acpi.override[i].isa] = acpi.override[i].global;
}

/* What boot has made of page tables. */
static void fill_tables(const struct boot_info *info)
{
    const struct capability *slots = (const struct capability *)arch_kmem_base();
    const struct capability *tables = slots[BOOT_PAGETABLES].object;
    struct boot_page *page = boot_page();

    for (word_t i = 0; i < info->tables; i++)
        if (cap_is(&tables[i], CAP_PAGETABLE))
            page->table[page->tables++] =
                (struct boot_table){pagetable_base(&tables[i]), pagetable_size_order(&tables[i])};
}

/* ---- The first thread ---- */

static struct image_header read_header(void)
{
    const struct image_header *image = (const struct image_header *)LAYOUT_USER_IMAGE;

    if (image->magic != IMAGE_MAGIC)
        panic("no user image at", LAYOUT_USER_IMAGE);
    return *image;
}

/* Boot information in the registers of a call's words. */
static void prepare_init(struct thread *init, struct image_header image,
                         const struct boot_info *info)
{
    struct arch_context *context = &init->context;

    arch_context_start(context, image.entry, image.stack, 0);
    context->held = HELD_ALL;
    context->rdi = info->abi_version;
    context->rsi = info->clock_hz;
    context->rdx = info->cpu_count;
    context->r10 = info->kmem_free;
    context->r8 = info->kmem_bytes;
    context->r9 = info->irq_lines;
    context->r12 = info->tables;
}

void start(word_t magic, word_t loaded)
{
    struct cpu *cpu = &port_area.cpu;
    struct image_header image;
    struct boot_info info;

    read_firmware(magic & 0xFFFFFFFF, loaded);
    copy_text(command_line, firmware.text, sizeof(command_line));
    port_detect(command_line);
    port_patch();
    image = read_header();
    port_prepare_cpu(&port_area);
    port_prepare_memory(&acpi);
    port_prepare_interrupts(&acpi);
    port_prepare_timer(cpu);
    add_ranges();
    fill_page();
    port_report_cpu(cpu);
    boot_first(cpu, &memory, &info);
    fill_tables(&info);
    prepare_init(cpu->current, image, &info);
    port_forget_boot();
    leave_boot(cpu, cpu->current);
}
