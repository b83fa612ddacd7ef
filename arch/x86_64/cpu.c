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

struct __attribute__((packed)) task_segment {
    uint16_t limit, base;
    uint8_t base16, kind, more, base24;
    uint32_t base32, reserved;
};
static_assert(sizeof(struct task_segment) == 16, "as the SDM has it");

struct __attribute__((packed)) gate {
    uint16_t address, selector;
    uint8_t stack, kind;
    uint16_t address16;
    uint32_t address32, reserved;
};
static_assert(sizeof(struct gate) == 16, "as the SDM has it");

struct __attribute__((packed)) table_pointer {
    uint16_t limit;
    word_t base;
};

enum { SEGMENTS = SELECTOR_TASK / 8, GATES = 256, PAGE = 4096 };
enum { FAULT_STACK_BYTES = 1024, ENTRY_STACK_BYTES = 512 };
enum { FAULT_STACKS = 3 }; /* NMI, double fault, machine check */

struct __attribute__((aligned(PAGE))) entry_pages {
    struct {
        uint32_t low, high; /* of 64-bit code: no base, no limit */
    } segment[SEGMENTS];
    struct task_segment task_segment;
    struct task_state task;
    word_t room;
    struct gate idt[GATES];
    char fault_stacks[FAULT_STACKS][FAULT_STACK_BYTES];
    char stack[ENTRY_STACK_BYTES]; /* with KPTI: of entries from user code */
};
static_assert(sizeof(struct entry_pages) == ENTRY_PAGES_BYTES, "whole pages");
static_assert(offsetof(struct entry_pages, fault_stacks) % 16 == 0, "stacks are aligned");

_Alignas(PAGE) char port_entry_pages[CONFIG_CPUS_MAX][ENTRY_PAGES_BYTES];

enum {
    SEGMENT_CODE = 0xAF9B00,
    SEGMENT_DATA = 0xCF9300,
    SEGMENT_USER = 3 << 13,
    KIND_TASK = 0x89,
};

static void fill_gdt(struct entry_pages *pages)
{
    word_t base = (word_t)&pages->task;

    pages->segment[SELECTOR_KERNEL_CODE / 8].high = SEGMENT_CODE;
    pages->segment[SELECTOR_KERNEL_DATA / 8].high = SEGMENT_DATA;
    pages->segment[SELECTOR_USER_DATA / 8].high = SEGMENT_DATA | SEGMENT_USER;
    pages->segment[SELECTOR_USER_CODE / 8].high = SEGMENT_CODE | SEGMENT_USER;
    pages->task_segment.limit = sizeof(struct task_state) - 1;
    pages->task_segment.base = (uint16_t)base;
    pages->task_segment.base16 = (uint8_t)(base >> 16);
    pages->task_segment.kind = KIND_TASK;
    pages->task_segment.base24 = (uint8_t)(base >> 24);
    pages->task_segment.base32 = (uint32_t)(base >> 32);
}

static NOINLINE void load_segments(struct entry_pages *pages, const struct port_area *area)
{
    const struct table_pointer pointer = {offsetof(struct entry_pages, task) - 1, (word_t)pages};

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

enum { BREAKPOINT = 3, KIND_INTERRUPT = 0x8E, KIND_USER = 0x60 };

static NOINLINE void load_vectors(struct entry_pages *pages)
{
    const struct table_pointer pointer = {sizeof(pages->idt) - 1, (word_t)pages->idt};

    for (const struct stubs *stubs = port_stubs; stubs < port_stubs_end; stubs++) {
        word_t address = (word_t)stubs + (word_t)stubs->from;
        struct gate *gate = &pages->idt[stubs->first];

        for (; gate <= &pages->idt[stubs->last]; gate++) {
            gate->address = (uint16_t)address;
            gate->selector = SELECTOR_KERNEL_CODE;
            gate->stack = stubs->stack;
            gate->kind = KIND_INTERRUPT;
            gate->address16 = (uint16_t)(address >> 16);
            gate->address32 = (uint32_t)(address >> 32);
            address += stubs->stride;
        }
    }
    pages->idt[BREAKPOINT].kind |= KIND_USER;
    __asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

/* ---- The rest ---- */

enum {
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

/* A register of which no bit is to be set may not be there. */
void port_msr_set(uint32_t msr, word_t bits)
{
    if (bits != 0)
        msr_write(msr, msr_read(msr) | bits);
}

static void prepare_calls(struct port_area *area)
{
    msr_write(MSR_STAR, (word_t)SELECTOR_SYSRET << 48 | (word_t)SELECTOR_KERNEL_CODE << 32);
    msr_write(MSR_LSTAR, (word_t)call_door);
    msr_write(MSR_CSTAR, (word_t)call_door); /* nobody gets there: no 32-bit code segment */
    msr_write(MSR_FMASK, FLAGS_ALL);
    port_msr_set(MSR_EFER, EFER_SYSCALL | (port_features.nx ? EFER_NX : 0));
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
