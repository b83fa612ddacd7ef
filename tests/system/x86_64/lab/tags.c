/* SPDX-License-Identifier: Unlicense */
#include "test/registers.h"

struct lab_registers lab_at_entry;
word_t lab_entry_fpu;
void (*lab_behind_entry)(word_t param);

/* Flags that user code has: CF, PF, AF, ZF, SF, DF, OF. Those of 1 - 1, but for CF, which DEC
 * leaves alone. */
enum {
    FLAGS_ALWAYS = 0x202,
    FLAGS_ODD = 0xC91 | FLAGS_ALWAYS,
    FLAGS_EVEN = 0x44 | FLAGS_ALWAYS,
    FLAGS_KEPT = 0x401,
    FLAGS_ZERO = 0x44 | FLAGS_ALWAYS,
};

/* In the XSAVE area. SDM volume 1, 13.4, 10.5.1. */
enum {
    X87_CONTROL = 0,
    X87_CLEAN = 0x37F,
    MXCSR = 24,
    MXCSR_CLEAN = 0x1F80,
    X87_REGISTERS = 32, /* eight, ten bytes in each sixteen */
    SSE_REGISTERS = 160,
    LEGACY_END = 416,
    HEADER = 512,
    AVX_REGISTERS = 576,
    STATES = 7,
};

static word_t *fpu_words(struct lab_registers *registers, unsigned offset)
{
    return (word_t *)(void *)&registers->fpu[offset];
}

static void tag_fpu(struct lab_registers *registers, word_t tag)
{
    for (unsigned i = 0; i < LAB_FPU_BYTES; i++)
        registers->fpu[i] = 0;
    for (unsigned i = 0; i < 8; i++) {
        *fpu_words(registers, X87_REGISTERS + 16 * i) = (word_t)1 << 63 | tag << 8 | i;
        *fpu_words(registers, X87_REGISTERS + 16 * i + 8) = 0x3FFF;
    }
    for (unsigned i = 0; i < 32; i++) {
        *fpu_words(registers, SSE_REGISTERS + 8 * i) = tag << 56 | 0xF00000 | i << 8 | tag;
        *fpu_words(registers, AVX_REGISTERS + 8 * i) = tag << 56 | 0xA00000 | i << 8 | tag;
    }
    registers->fpu[4] = 0xFF; /* the eight are in use */
    *(uint16_t *)(void *)&registers->fpu[X87_CONTROL] = tag % 2 != 0 ? 0xB7F : 0x77F;
    *(uint32_t *)(void *)&registers->fpu[MXCSR] = tag % 2 != 0 ? 0x3FBF : 0x5F81;
    *fpu_words(registers, HEADER) = STATES;
}

struct lab_registers lab_tagged(word_t tag)
{
    struct lab_registers registers;
    word_t *words = &registers.rax;

    for (unsigned i = 0; i < 15; i++)
        words[i] = tag << 56 | 0x5A0000 | i << 8 | tag;
    registers.rflags = tag % 2 != 0 ? FLAGS_ODD : FLAGS_EVEN;
    tag_fpu(&registers, tag);
    return registers;
}

struct lab_registers lab_tagged_call(word_t tag, word_t number, word_t word0, word_t word1,
                                     word_t word2)
{
    struct lab_registers registers = lab_tagged(tag);

    registers.rax = number;
    registers.rdi = word0;
    registers.rsi = word1;
    registers.rdx = word2;
    return registers;
}

void lab_set_word(struct lab_registers *registers, unsigned i, word_t word)
{
    word_t *const words[] = {&registers->rdi, &registers->rsi, &registers->rdx, &registers->r10,
                             &registers->r8,  &registers->r9,  &registers->r12};

    *words[i] = word;
}

void lab_set_rounds(struct lab_registers *registers, word_t rounds)
{
    registers->rcx = rounds;
}

sword_t lab_status(const struct lab_registers *out)
{
    return (sword_t)out->rax;
}

word_t lab_value(const struct lab_registers *out)
{
    return out->rdx;
}

bool lab_is_zero(const word_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (words[i] != 0)
            return false;
    return true;
}

bool lab_is_same(const word_t *one, const word_t *two, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (one[i] != two[i])
            return false;
    return true;
}

/* ---- The FPU ---- */

static bool are_bytes(const struct lab_registers *registers, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        if (registers->fpu[i] != 0)
            return false;
    return true;
}

static bool differs_in(const struct lab_registers *one, const struct lab_registers *two,
                       unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        if (one->fpu[i] != two->fpu[i])
            return true;
    return false;
}

/* Control, tags, MXCSR; registers; the upper halves. What the last x87 instruction was, and which
 * bits MXCSR can have, is nobody's secret here: it is the hardware's to write. */
bool lab_fpu_is_same(const struct lab_registers *one, const struct lab_registers *two)
{
    return !differs_in(one, two, X87_CONTROL, 5) && !differs_in(one, two, MXCSR, MXCSR + 4) &&
           !differs_in(one, two, X87_REGISTERS, LEGACY_END) &&
           !differs_in(one, two, AVX_REGISTERS, LAB_FPU_BYTES);
}

bool lab_fpu_is_clean(const struct lab_registers *registers)
{
    uint16_t control = *(const uint16_t *)(const void *)&registers->fpu[X87_CONTROL];
    uint32_t mxcsr = *(const uint32_t *)(const void *)&registers->fpu[MXCSR];

    return (control == X87_CLEAN || control == 0) && mxcsr == MXCSR_CLEAN &&
           are_bytes(registers, 2, 24) && are_bytes(registers, X87_REGISTERS, LEGACY_END) &&
           are_bytes(registers, AVX_REGISTERS, LAB_FPU_BYTES);
}

/* ---- Judgement ---- */

static unsigned differs(word_t before, word_t after)
{
    return before != after;
}

static unsigned preserved_differ(const struct lab_registers *in, const struct lab_registers *out)
{
    return differs(in->rbx, out->rbx) + differs(in->rbp, out->rbp) + differs(in->r12, out->r12) +
           differs(in->r13, out->r13) + differs(in->r14, out->r14) + differs(in->r15, out->r15);
}

unsigned lab_call_differs(const struct lab_registers *in, const struct lab_registers *out,
                          word_t part)
{
    return preserved_differ(in, out) + differs(0, out->rsi) + differs(0, out->rdi) +
           differs(0, out->r8) + differs(0, out->r9) + differs(0, out->r10) +
           differs(FLAGS_ALWAYS, out->r11) + differs(FLAGS_ALWAYS, out->rflags) +
           (out->rcx - (word_t)lab_registers_call > 256) +
           (part == LAB_WITH_FPU && !lab_fpu_is_same(in, out));
}

unsigned lab_loop_differs(const struct lab_registers *in, const struct lab_registers *out,
                          word_t part)
{
    return preserved_differ(in, out) + differs(in->rax, out->rax) + differs(0, out->rcx) +
           differs(in->rdx, out->rdx) + differs(in->rsi, out->rsi) + differs(in->rdi, out->rdi) +
           differs(in->r8, out->r8) + differs(in->r9, out->r9) + differs(in->r10, out->r10) +
           differs(in->r11, out->r11) +
           differs((in->rflags & FLAGS_KEPT) | FLAGS_ZERO, out->rflags) +
           (part == LAB_WITH_FPU && !lab_fpu_is_same(in, out));
}

/* By SYSRET rcx and r11 say where it begins, and with which flags. */
bool lab_begins_clean(const struct lab_registers *seen, word_t param, word_t part)
{
    return seen->rdi == param && seen->rax == 0 && seen->rbx == 0 && seen->rdx == 0 &&
           seen->rsi == 0 && seen->rbp == 0 && lab_is_zero(&seen->r8, 3) &&
           lab_is_zero(&seen->r12, 4) &&
           (seen->rcx == 0 || seen->rcx == (word_t)lab_registers_entry) &&
           (seen->r11 == 0 || seen->r11 == FLAGS_ALWAYS) && seen->rflags == FLAGS_ALWAYS &&
           (part != LAB_WITH_FPU || lab_fpu_is_clean(seen));
}
