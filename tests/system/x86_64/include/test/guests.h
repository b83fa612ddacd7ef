/* SPDX-License-Identifier: Unlicense
 *
 * Register areas of guests on an x86-64, for tests/system/guests.c: included where that has its
 * guest. All registers are there, but the bases of segments; of a guest that waits in a call, those
 * that a call preserves.
 */
#pragma once

#include "rme/process.h"

/* Words of an area: struct arch_guest of the port. */
enum {
    AREA_SP,
    AREA_RIP,
    AREA_RFLAGS,
    AREA_RAX,
    AREA_RBX,
    AREA_RCX,
    AREA_RDX,
    AREA_RSI,
    AREA_RDI,
    AREA_RBP,
    AREA_R8,
    AREA_R11 = AREA_R8 + 3,
    AREA_R12,
    AREA_FPU = AREA_R12 + 4,
    AREA_FPU_WORDS = LAB_FPU_BYTES / sizeof(word_t),
    AREA_SSE = AREA_FPU + 160 / sizeof(word_t), /* in the XSAVE area */
    AREA_MXCSR = AREA_FPU + 24 / sizeof(word_t),
    AREA_STATES = AREA_FPU + 512 / sizeof(word_t),
    AREA_COMPACTION,
    AREA_RESERVED,
    AREA_RESULT = AREA_RAX,
    AREA_SPUN = AREA_RBX, /* what spin() looks at */
    GUEST_WORDS = AREA_FPU + (HAS_FPU ? AREA_FPU_WORDS : 0),
    GUEST_OFFSET = 4096, /* of the guest's area in the window: a page of its own */
    WINDOW_WORDS = LAYOUT_GUEST_BYTES / sizeof(word_t),
    PART_LOW = 2048, /* a narrowed window */
    PART_HIGH = 4096,
    FLAGS_CLEAN = 0x202,
    FLAGS_USER = 0xCD5, /* CF PF AF ZF SF DF OF */
};

/* The first process has all memory where it is, the window of guests too. */
static volatile word_t *const window = (volatile word_t *)(LAYOUT_GUEST - LAYOUT_KERNEL_WINDOW);

/* What the kernel has written there: no flag but the user's, and interrupts on. */
static bool is_area_safe(void)
{
    return (area[AREA_RFLAGS] & ~(word_t)FLAGS_USER) == FLAGS_CLEAN;
}

static bool area_has_six(const struct lab_registers *registers)
{
    return area[AREA_RBX] == registers->rbx && area[AREA_RBP] == registers->rbp &&
           area[AREA_R12] == registers->r12 && area[AREA_R12 + 1] == registers->r13 &&
           area[AREA_R12 + 2] == registers->r14 && area[AREA_R12 + 3] == registers->r15;
}

static struct lab_registers *area_fpu(void)
{
    static struct lab_registers registers;

    for (unsigned i = 0; i < AREA_FPU_WORDS; i++)
        ((word_t *)(void *)registers.fpu)[i] = area[AREA_FPU + i];
    return &registers;
}

static bool area_shows_registers(void)
{
    return area_has_six(&in) && (!HAS_FPU || lab_fpu_is_same(area_fpu(), &in)) && is_area_safe() &&
           area[AREA_SP] - (word_t)guest.stack < LAB_STACK_BYTES;
}

static void write_registers(void)
{
    area[AREA_RBX] = 0xB0B0;
    area[AREA_RBP] = 0xB0B1;
    for (unsigned i = 0; i < 4; i++)
        area[AREA_R12 + i] = 0xB0B2 + i;
    for (unsigned i = 0; HAS_FPU && i < 32; i++)
        area[AREA_SSE + i] = 0xB1B1 + i;
}

static bool registers_are_written(void)
{
    const word_t *sse = (const word_t *)(const void *)&out.fpu[160];

    for (unsigned i = 0; HAS_FPU && i < 32; i++)
        if (sse[i] != 0xB1B1 + i)
            return false;
    return out.rbx == 0xB0B0 && out.rbp == 0xB0B1 && out.r12 == 0xB0B2 && out.r13 == 0xB0B3 &&
           out.r14 == 0xB0B4 && out.r15 == 0xB0B5;
}

/* What a call does not preserve is zero in the area of who waits in one. */
static bool is_rest_kept(void)
{
    return out.rcx == 0 && out.rdx == 0 && out.rsi == 0 && out.rdi == 0 &&
           lab_is_zero(&out.r8, 4) && out.rflags == FLAGS_CLEAN;
}

static bool is_preserved_kept(void)
{
    return lab_is_same(&in.r12, &out.r12, 4) && in.rbx == out.rbx && in.rbp == out.rbp &&
           (!HAS_FPU || lab_fpu_is_same(&in, &out));
}

static volatile word_t spun;

static void spin(word_t unused)
{
    (void)unused;
    __asm__ volatile("mov $1, %%ebx\n1:\tcmp $1, %%rbx\n\tje 1b\n\tmov %%rbx, %0"
                     : "=m"(spun)
                     :
                     : "rbx", "memory", "cc");
    lab_park();
}

static void map_area(const struct lab_subject *subject, unsigned place)
{
    lab_map_page(subject, place, (word_t)window + GUEST_OFFSET,
                 PAGE_READ | PAGE_WRITE | PAGE_CACHE | PAGE_BUFFER);
}

static void unmap_area(const struct lab_subject *subject, unsigned place)
{
    lab_unmap_page(subject, place);
}
