/* SPDX-License-Identifier: Unlicense
 *
 * The user image of bare.elf: a first process that loads the first boot module, an ELF file, and
 * becomes it. It is user code like any other, with all memory that boot gives to the first process,
 * makes no object of the kernel, and leaves the authorities of boot as it finds them. Modules are
 * linked to lie LAYOUT_LOADER_BYTES behind it (cmake/x86_64.init.ld.in). docs/boot.md.
 */
#include "arch/x86_64/bare/elf.h"
#include "config.h"
#include "kernel/compiler.h"
#include "layout.h"
#include "rme/assert.h"
#include "rme/boot.h"
#include "rme/call.h"
#include "rme/cpus.h"
#include "rme/print.h"
#include "rme/start.h"

/* In the header of the image: boot then says that a module is the first process. */
__asm__(".global rme_image_magic\n\t.set rme_image_magic, 0x30454D52");
static_assert(IMAGE_LOADER == 0x30454D52, "abi/boot.h");

enum { RSDP_BYTES = 36, OTHERS = 4, STACK_BYTES = 256 };

/* From the linker script. */
extern char user_image_begin[], user_image_end[], user_ram_begin[], user_bss_end[];

/* Where modules lie no loader of the machine may put anything. */
__attribute__((section(".reserve"),
               used)) static char reserve[LAYOUT_USER_RAM_BYTES - LAYOUT_LOADER_BYTES];

static struct firmware_range ram[BOOT_PAGE_RAMS], taken[BOOT_PAGE_MODULES + OTHERS];
static struct elf_bounds bounds = {ram, taken, 0, 0};
static struct elf_plan plan;

/* ---- For elf.c ---- */

const void *firmware_map(uint64_t physical, uint64_t bytes)
{
    return firmware_place(physical, bytes);
}

void *firmware_place(uint64_t physical, uint64_t bytes)
{
    return firmware_holds(ram, bounds.allowed_count, physical, bytes) ? (void *)physical : NULL;
}

static void take(word_t base, word_t bytes)
{
    taken[bounds.taken_count++] = (struct firmware_range){base, base + bytes};
}

static void find_bounds(const struct boot_page *page)
{
    for (word_t i = 0; i < page->rams; i++)
        ram[bounds.allowed_count++] =
            (struct firmware_range){page->ram[i].base, page->ram[i].base + page->ram[i].size};
    for (word_t i = 0; i < page->modules; i++)
        take(page->module[i].base, page->module[i].size);
    take(page->acpi, page->acpi != 0 ? RSDP_BYTES : 0);
    take((word_t)user_image_begin, (word_t)(user_image_end - user_image_begin));
    take((word_t)user_ram_begin, (word_t)(user_bss_end - user_ram_begin));
}

/* ---- The end, and the beginning ---- */

/* As the kernel says that it cannot start. */
static NORETURN void stop(enum boot_note what, word_t word)
{
    rme_print("\nPANIC: cannot start: %s 0x%016lx\n", rme_boot_note(what), word);
    for (;;)
        (void)rme_kfunc_call(rme_kfunc(BOOT_KFUNC),
                             CONFIG_PANIC_REBOOT ? RME_KFN_SYS_REBOOT : RME_KFN_IDLE_SLEEP, 0, 0, 0,
                             0, 0);
}

static word_t arrivals; /* of other CPUs */

/* The module's entry, on each CPU: as if the kernel had entered it. */
static NORETURN void enter(word_t cpu)
{
    register word_t kmem_free __asm__("r10") = rme_boot.kmem_free;
    register word_t kmem_bytes __asm__("r8") = rme_boot.kmem_bytes;
    register word_t irq_lines __asm__("r9") = rme_boot.irq_lines;
    register word_t tables __asm__("r12") = rme_boot.tables;

    __asm__ volatile("lock incq %[arrivals]\n\t"
                     "xor %%esp, %%esp\n\t"
                     "jmp *%[entry]"
                     : [arrivals] "+m"(arrivals)
                     : "a"(cpu), "D"(rme_boot.abi_version), "S"(rme_boot.clock_hz),
                       "d"(rme_boot.cpu_count), "r"(kmem_free), "r"(kmem_bytes), "r"(irq_lines),
                       "r"(tables), [entry] "b"(plan.entry)
                     : "memory");
    __builtin_unreachable();
}

/* The first CPU is the last to go: what it enters may use the loader's memory. */
static void enter_others(void)
{
    static char stack[STACK_BYTES];

    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++) {
        rme_cpu_run(cpu, enter, stack, sizeof(stack));
        while (__atomic_load_n(&arrivals, __ATOMIC_ACQUIRE) != cpu)
            __asm__ volatile("pause");
    }
}

int main(void)
{
    const struct boot_page *page = rme_boot_page();
    enum boot_note wrong;
    word_t word;

    rme_assert(page != NULL);
    if (page->modules == 0)
        stop(BOOT_NOTE_STOP_NO_INIT, 0);
    if (page->module[0].size == 0)
        stop(BOOT_NOTE_ELF_UNREADABLE, page->module[0].base);
    find_bounds(page);
    wrong = elf_check(page->module[0].base, page->module[0].size, &bounds, &plan, &word);
    if (wrong != BOOT_NOTE_NONE)
        stop(wrong, word);
    elf_place(page->module[0].base, &plan);
    enter_others();
    enter(0);
}
