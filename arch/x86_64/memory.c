/* SPDX-License-Identifier: Unlicense
 *
 * The kernel's half of the address space, which is one entry of the top level and the same in all:
 * the image by pages, each with what its section needs, kernel memory, the window of guests, and
 * the devices that the kernel itself drives. Nothing of user memory is in it. The tables are
 * complete when this ends. SDM volume 3, 4.5.
 */
#include "arch/memory.h"

#include "arch/space.h"
#include "arch/x86_64/port.h"
#include "layout.h"

static_assert(!(CONFIG_KPTI && CONFIG_RAW),
              "raw tables are the user's own: nothing is hidden there");

enum { ENTRIES = 512, PAGE = 4096, LARGE_PAGE = 1 << 21, WINDOW_ENTRY = 510, TOP_ENTRY = 511 };
enum { BOOT_DIRECTORIES = 4 }; /* of the lower half of boot */

static _Alignas(PAGE) word_t directory_pointers[ENTRIES]; /* the last 512 GiB */
static _Alignas(PAGE) word_t window[ENTRIES];             /* physical memory from 0, by 2 MiB */
static _Alignas(PAGE) word_t image[ENTRIES];              /* the 2 MiB that hold the image */
static _Alignas(PAGE) word_t devices[ENTRIES];            /* the last GiB */
static _Alignas(PAGE) word_t device_pages[ENTRIES];

extern word_t port_boot_top[ENTRIES];

/* With KPTI: what page tables of users have of the kernel's half. */
static _Alignas(PAGE) word_t view_pointers[ENTRIES];
static _Alignas(PAGE) word_t view_window[ENTRIES];
static _Alignas(PAGE) word_t view[ENTRIES];

/* From the linker script: pages of the image. */
extern char layout_text_begin[], layout_text_end[], layout_rodata_end[], layout_stack_guard[],
    layout_boot_begin[], layout_boot_text_end[], layout_boot_rodata_end[], layout_image_end[];

static word_t kernel_page(word_t physical, word_t bits)
{
    word_t entry = physical | MMU_PRESENT | MMU_ACCESSED | MMU_DIRTY | bits;

    if ((port_features.cr4 & CR4_PGE) != 0 &&
        !CONFIG_KPTI) /* else it would stay in the TLB for the user */
        entry |= MMU_GLOBAL;
    return entry & port_entry_bits;
}

word_t port_page(word_t address, word_t size_order, word_t flags)
{
    return mmu_page(address, size_order, flags, port_has_huge_pages) & port_entry_bits;
}

static word_t kernel_table(const word_t *table)
{
    return port_physical((word_t)table) | MMU_PRESENT | MMU_WRITE | MMU_ACCESSED;
}

static word_t index_of(const char *symbol)
{
    return ((word_t)symbol - LAYOUT_KERNEL_WINDOW) / PAGE % ENTRIES;
}

/* Pages of the image up to a symbol, which begins one; that page. */
static word_t fill_pages(word_t page, const char *end, word_t bits)
{
    for (; page < index_of(end); page++)
        image[page] = kernel_page(LAYOUT_BOOT_PAGE + page * PAGE, bits);
    return index_of(end);
}

/* The page of boot is the first. */
static void fill_image(void)
{
    word_t page = fill_pages(0, layout_text_begin, MMU_WRITE | MMU_NO_EXECUTE);

    page = fill_pages(page, layout_text_end, 0);
    page = fill_pages(page, layout_rodata_end, MMU_NO_EXECUTE);
    page = fill_pages(page, layout_boot_begin, MMU_WRITE | MMU_NO_EXECUTE);
    page = fill_pages(page, layout_boot_text_end, 0);
    page = fill_pages(page, layout_boot_rodata_end, MMU_NO_EXECUTE);
    (void)fill_pages(page, layout_image_end, MMU_WRITE | MMU_NO_EXECUTE);
    image[index_of(layout_stack_guard)] = 0;
    for (unsigned i = 0; port_stack_guard(i) != 0; i++)
        image[index_of((const char *)port_stack_guard(i))] = 0;
}

static void show(const char *begin, const char *end)
{
    for (word_t i = index_of(begin); i < index_of(end); i++)
        view[i] = image[i];
}

static void fill_view(void)
{
    const char *pages = port_entry_pages[0];

    show(port_entry_text, port_entry_text_end);
    show(pages, pages + (word_t)ENTRY_PAGES_BYTES * CONFIG_CPUS_MAX);
    view_window[LAYOUT_BOOT_PAGE / LARGE_PAGE] = kernel_table(view);
    view_pointers[WINDOW_ENTRY] = kernel_table(view_window);
}

/* The window of guests and kernel memory, by 2 MiB. */
static void fill_window(void)
{
    word_t first = port_physical(LAYOUT_GUEST) / LARGE_PAGE;
    word_t end = (port_physical(LAYOUT_KMEM) + LAYOUT_KMEM_BYTES) / LARGE_PAGE;

    window[LAYOUT_BOOT_PAGE / LARGE_PAGE] = kernel_table(image);
    for (word_t i = first; i < end; i++)
        window[i] = kernel_page(i * LARGE_PAGE, MMU_LARGE | MMU_WRITE | MMU_NO_EXECUTE);
}

static void fill_devices(const struct acpi_info *acpi)
{
    const word_t bits = MMU_WRITE | MMU_NO_EXECUTE | MMU_PCD | MMU_PWT;

    devices[0] = kernel_table(device_pages);
    device_pages[0] = kernel_page(acpi->local_apic & MMU_ADDRESS, bits);
    for (unsigned i = 0; i < acpi->ioapics; i++)
        device_pages[1 + i] = kernel_page(acpi->ioapic[i].address & MMU_ADDRESS, bits);
}

void port_prepare_memory(const struct acpi_info *acpi)
{
    fill_image();
    fill_window();
    fill_devices(acpi);
    directory_pointers[WINDOW_ENTRY] = kernel_table(window);
    directory_pointers[WINDOW_ENTRY + 1] = kernel_table(devices);
    if (CONFIG_KPTI)
        fill_view();
    port_boot_top[TOP_ENTRY] = kernel_table(directory_pointers);
    arch_space_flush(); /* it is loaded already */
}

/* The memory of what ran once is the first process's. It gets nothing of what lay there. */
static void give_boot_away(void)
{
    for (word_t page = (word_t)layout_boot_begin; page < (word_t)layout_image_end; page += PAGE) {
        word_t *entry = &image[index_of((const char *)page)];

        *entry = kernel_page(port_physical(page), MMU_WRITE | MMU_NO_EXECUTE);
        arch_mmu_forget(page);
        __builtin_memset((void *)page, 0, PAGE);
        *entry = 0;
        arch_mmu_forget(page);
    }
}

void port_enter_user(struct cpu *cpu, struct thread *thread)
{
    if (!CONFIG_RAW) { /* else the space of boot is the first process's */
        give_boot_away();
        port_boot_top[0] = 0;
        arch_space_flush();
    }
    leave_boot(cpu, thread);
}

word_t arch_mmu_kernel_entry(word_t index)
{
    if (index != TOP_ENTRY)
        return 0;
    return kernel_table(CONFIG_KPTI ? view_pointers : directory_pointers);
}

/* ---- Raw mode ---- */

static word_t *table_below(const word_t *table, word_t index)
{
    return (word_t *)((table[index] & MMU_ADDRESS) + LAYOUT_KERNEL_WINDOW);
}

/* What the first process may use of the 2 MiB that hold the image: the page of boot. */
static word_t boot_pages(void)
{
    static _Alignas(PAGE) word_t pages[ENTRIES];

    pages[0] =
        port_page(LAYOUT_BOOT_PAGE, ARCH_MMU_PAGE_ORDER, PAGE_READ | PAGE_CACHE | PAGE_BUFFER);
    return kernel_table(pages) | MMU_USER;
}

/* The entry of 2 MiB in the lower half of boot. */
static word_t *boot_entry(word_t physical)
{
    word_t *directory = table_below(table_below(port_boot_top, 0), physical / LARGE_PAGE / ENTRIES);

    return &directory[physical / LARGE_PAGE % ENTRIES];
}

/* The first process begins in the space of boot, from now on as a user: it has the first 4 GiB
 * where they are, with everything that is there, but for the kernel's memory and devices. */
word_t arch_space_boot(void)
{
    const word_t end = (word_t)BOOT_DIRECTORIES * ENTRIES * LARGE_PAGE;
    word_t *low = table_below(port_boot_top, 0);

    for (word_t i = 0; i < BOOT_DIRECTORIES; i++)
        low[i] |= MMU_USER;
    for (word_t at = 0; at < end; at += LARGE_PAGE)
        *boot_entry(at) |= MMU_USER;
    for (word_t at = port_physical(LAYOUT_KMEM); at < LAYOUT_KERNEL_END; at += LARGE_PAGE)
        *boot_entry(at) = 0;
    for (word_t i = 0; i < ENTRIES; i++)
        if (device_pages[i] != 0 && (device_pages[i] & MMU_ADDRESS) < end)
            *boot_entry(device_pages[i] & MMU_ADDRESS) = 0;
    *boot_entry(LAYOUT_BOOT_PAGE) = boot_pages();
    port_boot_top[0] |= MMU_USER;
    return port_physical((word_t)port_boot_top);
}
