/* SPDX-License-Identifier: Unlicense
 *
 * What one CPU must be told: segments, vectors, where system calls enter, and what it is to protect
 * the kernel from. SDM volume 3: 2.5 (control registers), 3.4 and 7.2 (segments, task state), 6.10
 * (IDT), 5.8.8 (SYSCALL).
 */
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "board.h"

/* ---- Segments ---- */

struct __attribute__((packed)) task_state {
    uint32_t reserved;
    word_t stack[3]; /* by privilege level */
    word_t reserved2;
    word_t interrupt_stack[7]; /* 1 to 7 */
    word_t reserved3;
    uint16_t reserved4, io_map; /* beyond the limit: no port is open */
};
static_assert(sizeof(struct task_state) == 104, "as the SDM has it");

struct __attribute__((packed)) table_pointer {
    uint16_t limit;
    word_t base;
};

struct gate {
    uint16_t offset0, selector;
    uint8_t stack, type;
    uint16_t offset1;
    uint32_t offset2, reserved;
};
static_assert(sizeof(struct gate) == 16, "as the SDM has it");

enum { GDT_ENTRIES = SELECTOR_TASK / 8 + 2, GATES = 256, PAGE = 4096 };
enum { FAULT_STACK_BYTES = 1024, ENTRY_STACK_BYTES = 512 };
enum { STACK_NMI = 1, STACK_DOUBLE, STACK_MACHINE, FAULT_STACKS = STACK_MACHINE };

struct __attribute__((aligned(PAGE))) entry_pages {
    struct gate idt[GATES];
    word_t gdt[GDT_ENTRIES];
    struct task_state task;
    word_t room;
    char fault_stacks[FAULT_STACKS][FAULT_STACK_BYTES];
    char stack[ENTRY_STACK_BYTES]; /* with KPTI: of entries from user code */
};
static_assert(sizeof(struct entry_pages) == ENTRY_PAGES_BYTES, "whole pages");
static_assert(offsetof(struct entry_pages, fault_stacks) % 16 == 0, "stacks are aligned");

_Alignas(PAGE) char port_entry_pages[CONFIG_CPUS_MAX][ENTRY_PAGES_BYTES];

#define SEGMENT_CODE 0x00AF9B000000FFFF
#define SEGMENT_DATA 0x00CF93000000FFFF
#define SEGMENT_USER ((word_t)3 << 45)
#define SEGMENT_TASK ((word_t)0x89 << 40)

static void fill_gdt(struct entry_pages *pages)
{
    word_t base = (word_t)&pages->task;

    pages->gdt[SELECTOR_KERNEL_CODE / 8] = SEGMENT_CODE;
    pages->gdt[SELECTOR_KERNEL_DATA / 8] = SEGMENT_DATA;
    pages->gdt[SELECTOR_USER_DATA / 8] = SEGMENT_DATA | SEGMENT_USER;
    pages->gdt[SELECTOR_USER_CODE / 8] = SEGMENT_CODE | SEGMENT_USER;
    pages->gdt[SELECTOR_TASK / 8] = SEGMENT_TASK | (sizeof(struct task_state) - 1) |
                                    (base & 0xFFFFFF) << 16 | (base >> 24 & 0xFF) << 56;
    pages->gdt[SELECTOR_TASK / 8 + 1] = base >> 32;
}

static void load_segments(struct entry_pages *pages, const struct port_area *area)
{
    const struct table_pointer pointer = {sizeof(pages->gdt) - 1, (word_t)pages->gdt};

    fill_gdt(pages);
    pages->task.stack[0] = CONFIG_KPTI ? area->entry.entry_stack : (word_t)area;
    for (unsigned i = 0; i < FAULT_STACKS; i++)
        pages->task.interrupt_stack[i] = (word_t)(pages->fault_stacks[i] + FAULT_STACK_BYTES);
    pages->task.io_map = sizeof(struct task_state);
    __asm__ volatile("lgdt %[gdt]\n\t"
                     "pushq %[code]\n\t"
                     "lea 1f(%%rip), %%rax\n\t"
                     "push %%rax\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "mov %[data], %%ss\n\t"
                     "xor %%eax, %%eax\n\t"
                     "mov %%eax, %%ds\n\t"
                     "mov %%eax, %%es\n\t"
                     "mov %%eax, %%fs\n\t"
                     "mov %%eax, %%gs\n\t"
                     "lldt %%ax\n\t"
                     "ltr %[task]"
                     :
                     : [gdt] "m"(pointer), [code] "i"(SELECTOR_KERNEL_CODE),
                       [data] "r"(SELECTOR_KERNEL_DATA), [task] "r"((uint16_t)SELECTOR_TASK)
                     : "rax", "memory");
}

/* ---- Vectors ---- */

enum { EXCEPTIONS = 32, GATE_INTERRUPT = 0x8E, GATE_USER = 0x60 };
enum { BREAKPOINT = 3, NMI = 2, DOUBLE_FAULT = 8, MACHINE_CHECK = 18 };

static void set_gate(struct entry_pages *pages, unsigned vector, const char *stub, unsigned stack,
                     unsigned type)
{
    word_t address = (word_t)stub;

    pages->idt[vector] = (struct gate){
        .offset0 = (uint16_t)address,
        .selector = SELECTOR_KERNEL_CODE,
        .stack = (uint8_t)stack,
        .type = (uint8_t)(GATE_INTERRUPT | type),
        .offset1 = (uint16_t)(address >> 16),
        .offset2 = (uint32_t)(address >> 32),
    };
}

enum { EXCEPTION_STUB_BYTES = 16, LINE_STUB_BYTES = 8 }; /* entry.S */

static const char *exception_stub(word_t number)
{
    return port_exception_stubs + number * EXCEPTION_STUB_BYTES;
}

static const char *line_stub(word_t line)
{
    return port_line_stubs + line * LINE_STUB_BYTES;
}

static void load_vectors(struct entry_pages *pages)
{
    const struct table_pointer pointer = {sizeof(pages->idt) - 1, (word_t)pages->idt};

    for (unsigned i = 0; i < EXCEPTIONS; i++)
        set_gate(pages, i, exception_stub(i), 0, i == BREAKPOINT ? GATE_USER : 0);
    set_gate(pages, NMI, exception_stub(NMI), STACK_NMI, 0);
    set_gate(pages, DOUBLE_FAULT, exception_stub(DOUBLE_FAULT), STACK_DOUBLE, 0);
    set_gate(pages, MACHINE_CHECK, exception_stub(MACHINE_CHECK), STACK_MACHINE, 0);
    for (unsigned i = EXCEPTIONS; i < GATES; i++)
        set_gate(pages, i, port_stray_stub, 0, 0);
    for (unsigned i = 0; i < BOARD_IRQ_LINES; i++)
        set_gate(pages, VECTOR_LINES + i, line_stub(i), 0, 0);
    set_gate(pages, VECTOR_TIMER, port_timer_stub, 0, 0);
    set_gate(pages, VECTOR_REQUEST, port_request_stub, 0, 0);
    set_gate(pages, VECTOR_SPURIOUS, port_spurious_stub, 0, 0);
    __asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

/* ---- The rest ---- */

enum {
    MSR_EFER = 0xC0000080,
    MSR_STAR = 0xC0000081,
    MSR_LSTAR = 0xC0000082,
    MSR_CSTAR = 0xC0000083,
    MSR_FMASK = 0xC0000084,
    MSR_FS_BASE = 0xC0000100,
    MSR_GS_BASE = 0xC0000101,
    MSR_KERNEL_GS_BASE = 0xC0000102,

    EFER_SYSCALL = 1 << 0,
    EFER_NX = 1 << 11,
    FLAGS_ALL = 0x3F7FD5, /* cleared on the way in: every flag that there is */
};

static void prepare_calls(struct port_area *area)
{
    msr_write(MSR_STAR, (word_t)SELECTOR_SYSRET << 48 | (word_t)SELECTOR_KERNEL_CODE << 32);
    msr_write(MSR_LSTAR, (word_t)call_door);
    msr_write(MSR_CSTAR, (word_t)call_door); /* nobody gets there: no 32-bit code segment */
    msr_write(MSR_FMASK, FLAGS_ALL);
    msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SYSCALL | (port_features.nx ? EFER_NX : 0));
    msr_write(MSR_FS_BASE, 0);
    msr_write(MSR_GS_BASE, (word_t)&area->cpu);
    msr_write(MSR_KERNEL_GS_BASE, 0);
}

static void prepare_protection(void)
{
    word_t cr4 = cr4_read() | CR4_OSFXSR | CR4_OSXMMEXCPT;

    if (port_features.pge)
        cr4 |= CR4_PGE;
    if (port_features.umip)
        cr4 |= CR4_UMIP;
    if (port_features.fsgsbase)
        cr4 |= CR4_FSGSBASE;
    if (port_features.smep)
        cr4 |= CR4_SMEP;
    if (port_features.smap)
        cr4 |= CR4_SMAP;
    if (port_features.xsave)
        cr4 |= CR4_OSXSAVE;
    if (port_features.machine_check) /* without it a machine check is a reset */
        cr4 |= CR4_MCE;
    cr4_write(cr4);
    cr0_write((cr0_read() | CR0_WP | CR0_NE | CR0_MP | CR0_TS) & ~(word_t)CR0_EM);
}

void port_prepare_cpu(struct port_area *area)
{
    struct entry_pages *pages = (void *)port_entry_pages[area->cpu.id];

    area->entry.stack = (word_t)area;
    area->entry.entry_stack = (word_t)(pages->stack + ENTRY_STACK_BYTES);
    load_segments(pages, area);
    load_vectors(pages);
    prepare_calls(area);
    prepare_protection();
    port_prepare_speculation();
    port_prepare_fpu();
}
