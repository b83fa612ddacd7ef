/* SPDX-License-Identifier: Unlicense
 *
 * From the boot loader's hand to the first thread. As long as boot's own address space is loaded,
 * the first 4 GiB of physical memory lie in the lower half where they are.
 */
#include "arch/machine.h"
#include "arch/x86_64/boot.h"
#include "arch/x86_64/port.h"
#include "arch/x86_64/reference.h"
#include "layout.h"
#include "port/memory.h"

enum { RANGES_MAX = 2 * FIRMWARE_RANGES_MAX + 1, LOW_MEMORY = 0x100000, PAGE = 4096 };
#define MULTIBOOT2_LOADED ((word_t)0x36D76289)
#define IDENTITY_END      ((word_t)1 << 32)
#define HPET_USUAL        ((word_t)0xFED00000) /* elsewhere it could be anything's */

/* On top of the kernel stack: the linker script puts it there. */
__attribute__((section(".kernel.cpu"), aligned(64))) struct port_area port_area;

__attribute__((section(".kernel.kmem_bitmap")))
shared_t port_kmem_bitmap[LAYOUT_KMEM_BITMAP_BYTES / sizeof(shared_t)];

static struct memory_range ranges[RANGES_MAX];
static struct boot_state state;

/* What must be RAM, and no loader may leave anything in: boot information and the image, the window
 * of guests and kernel memory. */
static const struct firmware_range loaded[] = {
    {LAYOUT_BOOT_PAGE, LAYOUT_KERNEL_IMAGE + LAYOUT_KERNEL_IMAGE_BYTES},
    {LAYOUT_GUEST - LAYOUT_KERNEL_WINDOW, LAYOUT_KERNEL_END},
};
enum { LOADED = sizeof(loaded) / sizeof(loaded[0]) };

/* ---- For those who read what the firmware left ---- */

const void *firmware_map(uint64_t physical, uint64_t bytes)
{
    if (physical == 0 || physical >= IDENTITY_END || bytes > IDENTITY_END - physical)
        return NULL;
    for (unsigned i = 0; i < LOADED; i++)
        if (physical < loaded[i].end && loaded[i].begin < physical + bytes)
            return NULL;
    return (const void *)physical;
}

void *firmware_place(uint64_t physical, uint64_t bytes)
{
    (void)bytes;
    return (void *)physical;
}

static void read_firmware(struct boot_state *boot, word_t magic, word_t info)
{
    struct acpi_info *acpi = &boot->acpi;
    bool is_read;

    boot->loader = magic == MULTIBOOT2_LOADED ? BOOT_LOADER_MULTIBOOT2 : BOOT_LOADER_PVH;
    is_read = boot->loader == BOOT_LOADER_MULTIBOOT2
                  ? firmware_read_multiboot2(info, &boot->firmware)
                  : firmware_read_pvh(info, &boot->firmware);
    if (!is_read)
        boot_stop(BOOT_NOTE_STOP_LOADER, info);
    if (boot->firmware.rsdp == 0)
        boot->firmware.rsdp = acpi_search();
    if (!acpi_read(boot->firmware.rsdp, acpi) || acpi->local_apic == 0)
        acpi->local_apic = 0xFEE00000; /* where it is unless somebody moved it */
    if (acpi->ioapics == 0)
        acpi->ioapic[acpi->ioapics++] = (struct acpi_ioapic){.address = 0xFEC00000};
    if (acpi->cpus > CONFIG_CPUS_MAX)
        firmware_note(BOOT_NOTE_CPU_TOO_MANY, acpi->cpus);
}

/* ---- What the first process may map ---- */

static void check_kernel_memory(const struct boot_state *boot)
{
    for (unsigned i = 0; i < LOADED; i++)
        if (!firmware_holds(boot->firmware.ram.range, boot->firmware.ram.count, loaded[i].begin,
                            loaded[i].end - loaded[i].begin))
            boot_stop(BOOT_NOTE_STOP_MEMORY, loaded[i].begin);
}

/* From the linker script: what runs once, and is the first process's behind that. */
extern char layout_boot_begin[];

/* The window of guests is between them. With the boundary at the top of memory kernel memory goes
 * on behind its own part, and is the user's too. */
static const struct memory_range kernel_memory[] = {
    {LAYOUT_KERNEL_IMAGE,
     CONFIG_RAW ? LAYOUT_KERNEL_IMAGE_BYTES
                : (word_t)layout_boot_begin - LAYOUT_KERNEL_WINDOW - LAYOUT_KERNEL_IMAGE,
     0},
    {LAYOUT_KERNEL_END - LAYOUT_KMEM_OWN_BYTES, LAYOUT_KMEM_OWN_BYTES, 0},
};
enum { KERNEL_RANGES = sizeof(kernel_memory) / sizeof(kernel_memory[0]) };

static NOINLINE void add_range(struct boot_state *boot, word_t begin, word_t end, word_t flags)
{
    ranges[boot->memory.range_count++] = (struct memory_range){begin, end - begin, flags};
}

static NOINLINE void add_list(struct boot_state *boot, const struct firmware_list *list,
                              word_t flags)
{
    for (unsigned i = 0; i < list->count; i++)
        add_range(boot, list->range[i].begin, list->range[i].end, flags);
}

/* Where the RAM of the first process begins: the first megabyte is left to firmware and to the
 * start of other CPUs, but GRUB with UEFI puts modules there. */
static word_t lowest(const struct boot_state *boot)
{
    word_t low = LOW_MEMORY;

    for (unsigned i = 0; i < boot->firmware.modules; i++)
        if (boot->firmware.module[i].base < low)
            low = boot->firmware.module[i].base & ~(word_t)(PAGE - 1);
    return low != 0 ? low : PAGE;
}

/* Where what can be mapped ends: behind are bits that an entry has not, or the kernel's half. */
static word_t end_of_memory(void)
{
    word_t bits = port_features.physical_bits;

    return (word_t)1 << (bits < ARCH_MMU_USER_ORDER ? bits : ARCH_MMU_USER_ORDER);
}

/* What is no RAM, where the BARs of devices lie. Behind it stand interrupt controllers, which are
 * the kernel's; the HPET, by which the kernel may have measured at boot, may be had too. */
static void add_devices(struct boot_state *boot)
{
    static struct firmware_list list;
    struct firmware_list *devices = &list;
    const struct firmware_list *ram = &boot->firmware.ram;

    OPAQUE(devices);
    firmware_add(devices, LAYOUT_DEVICES, LAYOUT_DEVICES + LAYOUT_DEVICES_BYTES);
    for (unsigned i = 0; i < ram->count; i++)
        firmware_remove(devices, ram->range[i].begin, ram->range[i].end);
    if (boot->acpi.hpet == HPET_USUAL)
        firmware_add(devices, HPET_USUAL, HPET_USUAL + PAGE);
    add_list(boot, devices, PAGE_READ | PAGE_WRITE);
}

/* RAM, but for what is the kernel's and the page of boot information in front of it. */
static void add_ram(struct boot_state *boot)
{
    struct firmware_list *ram = &boot->ram;
    word_t high = end_of_memory();

    OPAQUE(ram);
    *ram = boot->firmware.ram;
    if (ram->range[ram->count - 1].end > high)
        firmware_note(BOOT_NOTE_PIECE_LOST, high);
    firmware_remove(ram, high, UINT64_MAX);
    firmware_remove(ram, 0, lowest(boot));
    firmware_remove(ram, LAYOUT_BOOT_PAGE, LAYOUT_KERNEL_IMAGE);
    for (unsigned i = 0; i < KERNEL_RANGES; i++)
        firmware_remove(ram, kernel_memory[i].base, kernel_memory[i].base + kernel_memory[i].size);
    add_list(boot, ram, PAGE_READ | PAGE_WRITE | PAGE_EXECUTE | PAGE_CACHE | PAGE_BUFFER);
}

static void add_ranges(struct boot_state *boot)
{
    add_devices(boot);
    add_ram(boot);
    add_range(boot, LAYOUT_BOOT_PAGE, LAYOUT_BOOT_PAGE + PAGE,
              PAGE_READ | PAGE_CACHE | PAGE_BUFFER);
    boot->memory.reserved = kernel_memory;
    boot->memory.reserved_count = KERNEL_RANGES;
}

/* ---- The first process ---- */

/* It may be a loader of the first module, which is then the first process (bare/loader.c). */
static struct image_header find_init(struct boot_state *boot)
{
    struct image_header image = *(const struct image_header *)LAYOUT_USER_IMAGE;

    boot->init = image.magic == IMAGE_LOADER;
    if (image.magic != IMAGE_MAGIC && boot->init == 0)
        boot_stop(BOOT_NOTE_STOP_NO_IMAGE, LAYOUT_USER_IMAGE);
    return image;
}

/* Boot information in the registers of a call's words; the number of the CPU in rax. */
static void prepare_init(struct cpu *cpu, struct image_header image, const struct boot_info *info)
{
    struct arch_context *context = &cpu->current->context;
    struct arch_registers *registers = &cpu->current->registers;

    arch_context_start(context, image.entry, cpu->id == 0 ? image.stack : 0, 0);
    context->held = HELD_ALL;
    context->rax = cpu->id;
    context->rdi = info->abi_version;
    registers->rsi = info->clock_hz;
    context->rdx = info->cpu_count;
    registers->r10 = info->kmem_free;
    registers->r8 = info->kmem_bytes;
    registers->r9 = info->irq_lines;
    registers->r12 = info->tables;
}

void start(word_t magic, word_t loader)
{
    struct cpu *cpu = &port_area.cpu;
    struct boot_state *boot = &state;
    struct image_header image;
    struct boot_info info;

    OPAQUE(boot);
    boot->memory.ranges = ranges;
    boot_page_begin();
    read_firmware(boot, magic & 0xFFFFFFFF, loader);
    port_detect(boot_page_text(&boot->firmware));
    port_patch();
    check_kernel_memory(boot);
    add_ranges(boot);
    image = find_init(boot);
    port_prepare_cpu(&port_area);
    port_prepare_memory(&boot->acpi);
    port_prepare_interrupts(&boot->acpi);
    boot->clock = reference_choose(&boot->acpi);
    if (boot->clock == 0)
        boot_stop(BOOT_NOTE_STOP_CLOCK, 0);
    port_prepare_timer(cpu);
    reference_end();
    boot_page_fill(boot); /* before anything is put into low memory, where its source may lie */
    port_start_cpus(&boot->acpi, &boot->firmware);
    boot_page_cpus(&boot->acpi);
    port_report_cpu(cpu);
    boot_first(cpu, &boot->memory, &info);
    boot_page_tables(info.tables);
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        prepare_init(arch_cpu(i), image, &info);
    port_release_cpus();
    port_enter_user(cpu, cpu->current);
}
