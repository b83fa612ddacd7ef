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

enum { GDT_ENTRIES = SELECTOR_TASK / 8 + 2, GATES = 256, PAGE = 4096 };
enum { FAULT_STACK_BYTES = 1024, ENTRY_STACK_BYTES = 512 };
enum { FAULT_STACKS = 3 }; /* NMI, double fault, machine check */

struct __attribute__((aligned(PAGE))) entry_pages {
    word_t idt[GATES][2];
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

enum { VECTOR_NEAR = VECTOR_LINES + BOARD_IRQ_LINES - NEAR_LINES };
enum { BREAKPOINT = 3, NMI = 2, DOUBLE_FAULT = 8, MACHINE_CHECK = 18 };
#define GATE_INTERRUPT ((word_t)0x8E << 40 | SELECTOR_KERNEL_CODE << 16)
#define GATE_USER      ((word_t)0x60 << 40)

/* Vectors, the stub of the first, how far apart stubs are, and which stack. A later row counts. */
static const struct {
    const char *stub;
    uint8_t first, last, stride, stack;
} stubs[] = {
    {port_stray_stub, 0, GATES - 1, 0, 0},
    {port_exception_stubs, 0, EXCEPTIONS - 1, STUB_NEAR_BYTES, 0},
    {port_machine_stubs, NMI, NMI, 0, 1},
    {port_machine_stubs + STUB_MACHINE_BYTES, DOUBLE_FAULT, DOUBLE_FAULT, 0, 2},
    {port_machine_stubs + (word_t)2 * STUB_MACHINE_BYTES, MACHINE_CHECK, MACHINE_CHECK, 0, 3},
    {port_line_stubs, VECTOR_LINES, VECTOR_NEAR - 1, STUB_LINE_BYTES, 0},
    {port_near_line_stubs, VECTOR_NEAR, VECTOR_NEAR + NEAR_LINES - 1, STUB_NEAR_BYTES, 0},
    {port_timer_stub, VECTOR_TIMER, VECTOR_TIMER, 0, 0},
    {port_request_stub, VECTOR_REQUEST, VECTOR_REQUEST, 0, 0},
    {port_spurious_stub, VECTOR_SPURIOUS, VECTOR_SPURIOUS, 0, 0},
};

static void load_vectors(struct entry_pages *pages)
{
    const struct table_pointer pointer = {sizeof(pages->idt) - 1, (word_t)pages->idt};

    for (unsigned i = 0; i < sizeof(stubs) / sizeof(stubs[0]); i++) {
        word_t address = (word_t)stubs[i].stub;

        for (unsigned vector = stubs[i].first; vector <= stubs[i].last; vector++) {
            pages->idt[vector][0] = GATE_INTERRUPT | (word_t)stubs[i].stack << 32 |
                                    (address & 0xFFFF) | (address & 0xFFFF0000) << 32;
            pages->idt[vector][1] = address >> 32;
            address += stubs[i].stride;
        }
    }
    pages->idt[BREAKPOINT][0] |= GATE_USER;
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
    cr4_write(cr4_read() | CR4_OSFXSR | CR4_OSXMMEXCPT | port_features.cr4);
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
