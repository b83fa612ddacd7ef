/* SPDX-License-Identifier: Unlicense
 *
 * From reset to the first thread.
 */
#include "board.h"
#include "kernel/boot.h"
#include "kernel/interrupt.h"
#include "kernel/pagetable.h"
#include "kernel/panic.h"
#include "layout.h"
#include "port.h"
#include "port/clock.h"
#include "port/memory.h"

/* On top of the kernel stack: the linker script puts it there. */
__attribute__((section(".kernel.cpu"), aligned(8))) struct cpu port_cpu;

__attribute__((section(".kernel.irq_table"))) struct irq_binding port_irq_table[BOARD_IRQ_LINES];

__attribute__((section(".kernel.kmem_bitmap")))
shared_t port_kmem_bitmap[LAYOUT_KMEM_BITMAP_BYTES / sizeof(shared_t)];

/* From the linker script. */
extern word_t layout_bss_begin[], layout_bss_end[];
extern word_t layout_data_begin[], layout_data_end[];
extern const word_t layout_data_load[];

static void prepare_memory(void)
{
    const word_t *from = layout_data_load;

    for (word_t *word = layout_bss_begin; word < layout_bss_end; word++)
        *word = 0;
    for (word_t *word = layout_data_begin; word < layout_data_end; word++)
        *word = *from++;
}

/* Bytes of SHPR, from handler 4: MemManage, BusFault, UsageFault; SVCall is number 11, DebugMonitor
 * 12, PendSV 14, SysTick 15. B3.2.10. */
static void prepare_priorities(void)
{
    const word_t each = 0x01010101;

    SCB_SHPR[0] = PRIORITY_FAULT * each;
    SCB_SHPR[1] = (word_t)PRIORITY_SVC << 24;
    SCB_SHPR[2] = (word_t)PRIORITY_AWARE << 24 | PRIORITY_AWARE << 16 | PRIORITY_FAULT;
    for (unsigned line = 0; line < BOARD_IRQ_LINES; line += 4)
        NVIC_IPR[line / 4] = PRIORITY_AWARE * each;
#define ABOVE(line, handler, priority) ((volatile uint8_t *)NVIC_IPR)[line] = priority;
    BOARD_TRANSPARENT(ABOVE) /* these are written byte by byte: B3.4.9 */
#undef ABOVE
    /* The order of faults, calls and interrupts is what keeps calls with their callers. */
    if ((SCB_SHPR[1] >> 24) != PRIORITY_SVC || (SCB_SHPR[2] >> 24) != PRIORITY_AWARE)
        panic("priorities are not as written", SCB_SHPR[1]);
}

/* FPU frames are stacked at once, never lazily: the kernel would write them to a user's stack. */
static void prepare_cpu(void)
{
    *SCB_SHCSR |= SHCSR_FAULTS;
    *SCB_CCR |= CCR_STKALIGN | CCR_DIV_0_TRP;
    *SCB_SCR |= SCR_SEVONPEND;
    *SCB_DEMCR |= DEMCR_MON_EN | DEMCR_TRCENA;
    if (CONFIG_FPU)
        *SCB_FPCCR = (*SCB_FPCCR | FPCCR_ASPEN) & ~FPCCR_LSPEN;
}

static const struct memory_range ranges[] = {
#define RANGE(base, bytes, flags) {base, bytes, flags},
    LAYOUT_RANGES(RANGE)
#undef RANGE
};

static const struct memory_range reserved[] = {
    {LAYOUT_KERNEL_IMAGE, LAYOUT_KERNEL_IMAGE_BYTES, 0},
    {LAYOUT_KERNEL_RAM, LAYOUT_KERNEL_RAM_BYTES, 0},
    {0xE0000000, 0x20000000, 0}, /* the core's private bus and the vendor's system space */
};

static const struct boot_memory memory = {
    ranges,
    sizeof(ranges) / sizeof(ranges[0]),
    reserved,
    sizeof(reserved) / sizeof(reserved[0]),
};

/* The first thread begins like any other, by an exception return that unstacks the frame in its
 * image; the boot information is in r5 to r11. The image lies in a dynamic page, and no fault while
 * unstacking is repaired, so that the page is loaded here. */
static void prepare_init(struct cpu *cpu, const struct boot_info *info)
{
    struct thread *init = cpu->current;
    const struct image_header *image = (const struct image_header *)LAYOUT_USER_IMAGE;
    const word_t *words = (const word_t *)info;

    if (image->magic != IMAGE_MAGIC)
        panic("no user image at", LAYOUT_USER_IMAGE);
    arch_context_start(&init->context, image->entry, image->stack, 0);
    for (unsigned i = 0; i < sizeof(*info) / sizeof(word_t); i++)
        init->context.r[1 + i] = words[i];
    if (!CONFIG_RAW &&
        !pagetable_repair(cpu, process_space(init->process), image->stack, PAGE_READ))
        panic("the image is not in the memory map", image->stack);
}

/* Reset is no exception, so that there is nothing to return from: a thread of boot's own, at the
 * far end of kernel memory, where nothing is yet, yields to the first one. Its last instructions
 * run unprivileged, in the kernel's image, which the default map allows while the MPU is off; being
 * in no process, it makes the switch load the map of the first. */
NORETURN static void leave(struct cpu *cpu)
{
    struct boot_thread {
        struct thread thread;
        word_t stack[16];
    } *boot = (struct boot_thread *)(LAYOUT_KMEM + LAYOUT_KMEM_BYTES) - 1;
    struct thread *init = cpu->current;

    boot->thread.next = init;
    boot->thread.priority = init->priority;
    boot->thread.special = 0;
    boot->thread.process = NULL;
    cpu->current = &boot->thread;
    shared_store(&cpu->loaded, 0);
    *MPU_CTRL = 0;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
    leave_reset(cpu, boot->stack + 16);
}

void start(void)
{
    struct cpu *cpu = &port_cpu;
    struct boot_info info;

    __asm__ volatile("cpsid i" ::: "memory");
    prepare_memory();
    prepare_priorities();
    prepare_cpu();
    arch_clock_start(cpu);
    boot_first(cpu, &memory, &info);
    prepare_init(cpu, &info);
    leave(cpu);
}
