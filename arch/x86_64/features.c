/* SPDX-License-Identifier: Unlicense
 *
 * What this processor has, what is made of it, and the report of both. Code that depends on it is
 * replaced once, before text becomes read-only, while one CPU runs and interrupts are held off.
 */
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "arch/x86_64/speculation.h"
#include "kernel/report.h"
#include "port/clock.h"

struct port_features port_features;
struct processor port_processor;
struct speculation port_speculation;
bool port_has_huge_pages, port_has_nx;

struct cpuid processor_cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid result;

    __asm__ volatile("cpuid"
                     : "=a"(result.a), "=b"(result.b), "=c"(result.c), "=d"(result.d)
                     : "a"(leaf), "c"(subleaf));
    return result;
}

word_t processor_msr(uint32_t msr)
{
    return msr_read(msr);
}

void port_detect(const char *text)
{
    processor_features(&port_features);
    port_has_huge_pages = port_features.huge_pages;
    port_has_nx = port_features.nx;
    processor_speculation(&port_processor);
    speculation_choose(&port_processor, text, &port_speculation);
}

/* ---- Code ---- */

/* From the linker script; entry.S says what they are. */
struct place {
    int32_t from, to; /* from where they stand */
    uint32_t why;
};

extern const struct place port_patches_begin[], port_patches_end[];

static uint8_t *code_at(const int32_t *distance)
{
    return (uint8_t *)((word_t)distance + (word_t)(sword_t)*distance);
}

enum { JUMP_SHORT = 0xEB, JUMP = 0xE9, CALL = 0xE8, NOP = 0x90, NEAR_BYTES = 5 };
enum { SHORT_BYTES = 2, SHORT_MAX = 127, PREFIXES = 2, REX_B = 0x41, STORE_BYTES = 9 };

static void write_near(uint8_t *from, uint8_t opcode, const uint8_t *to)
{
    uint32_t distance = (uint32_t)(to - from - NEAR_BYTES);

    from[0] = opcode;
    for (unsigned i = 1; i < NEAR_BYTES; i++)
        from[i] = (uint8_t)(distance >> (i - 1) * 8);
}

static void write_jump(uint8_t *from, const uint8_t *to)
{
    sword_t distance = to - from - SHORT_BYTES;

    if (distance < 0 || distance > SHORT_MAX) {
        write_near(from, JUMP, to);
        return;
    }
    from[0] = JUMP_SHORT;
    from[1] = (uint8_t)distance;
}

/* In place of arch_space_load: a store, or two prefixes and a MOV to CR3, for which registers
 * beyond the first eight take a byte more. */
static void write_call(uint8_t *from, const uint8_t *to)
{
    unsigned bytes = from[PREFIXES] == REX_B ? NEAR_BYTES + 1 : NEAR_BYTES;

    if (CONFIG_KPTI)
        bytes = STORE_BYTES;
    write_near(from, CALL, to);
    for (unsigned i = NEAR_BYTES; i < bytes; i++)
        from[i] = NOP;
}

void port_patch(void)
{
    const bool *is_on = port_speculation.is_on;
    const bool applies[PATCHES] = {
        [PATCH_WITHOUT_BASES] = !port_features.fsgsbase,
        [PATCH_WITHOUT_SMAP] = !port_features.smap,
        [PATCH_WITHOUT_LFENCE] = !is_on[MITIGATION_LFENCE],
        [PATCH_WITHOUT_IBPB] = !is_on[MITIGATION_IBPB],
        [PATCH_WITHOUT_RSB] = !is_on[MITIGATION_RSB],
        [PATCH_WITHOUT_POINTERS] = !port_processor.keeps_pointers,
        [PATCH_VERW] = is_on[MITIGATION_VERW],
        [PATCH_GUARD] = is_on[MITIGATION_IBPB] || is_on[MITIGATION_RSB],
    };

    for (const struct place *place = port_patches_begin; place < port_patches_end; place++) {
        if (!applies[place->why])
            continue;
        if (place->why == PATCH_GUARD)
            write_call(code_at(&place->from), code_at(&place->to));
        else
            write_jump(code_at(&place->from), code_at(&place->to));
    }
}

/* ---- Registers ---- */

enum {
    MSR_SPEC_CTRL = 0x48,
    MSR_VIRT_SPEC_CTRL = 0xC001011F, /* AMD, for guests */
    MSR_EFER = 0xC0000080,
};

static void set_bits(uint32_t msr, word_t bits)
{
    if (bits != 0)
        msr_write(msr, msr_read(msr) | bits);
}

void port_prepare_speculation(void)
{
    set_bits(MSR_EFER, port_speculation.features);
    set_bits(MSR_SPEC_CTRL, port_speculation.control);
    set_bits(MSR_VIRT_SPEC_CTRL, port_speculation.virtual_control);
}

/* ---- The report ---- */

static void report_bit(struct cpu *cpu, const char *name, bool is_there, bool is_on)
{
    report_text(cpu, is_there ? " " : " (no ");
    report_text(cpu, name);
    if (!is_there)
        report_text(cpu, ")");
    else if (!is_on)
        report_text(cpu, " NOT ON");
}

/* Read back from the registers, not from what was meant to be written. */
static void report_protection(struct cpu *cpu)
{
    const struct port_features *has = &port_features;
    word_t cr0 = cr0_read(), cr4 = cr4_read();

    report_text(cpu, "\nRME on x86-64:");
    report_bit(cpu, "NX", has->nx, (msr_read(MSR_EFER) >> 11 & 1) != 0);
    report_bit(cpu, "WP", true, (cr0 & CR0_WP) != 0);
    report_bit(cpu, "SMEP", has->smep, (cr4 & CR4_SMEP) != 0);
    report_bit(cpu, "SMAP", has->smap, (cr4 & CR4_SMAP) != 0);
    report_bit(cpu, "UMIP", has->umip, (cr4 & CR4_UMIP) != 0);
    report_bit(cpu, "FSGSBASE", has->fsgsbase, (cr4 & CR4_FSGSBASE) != 0);
    report_bit(cpu, "MCE", has->machine_check, (cr4 & CR4_MCE) != 0);
    report_text(cpu, has->xsave && (cr4 & CR4_OSXSAVE) != 0 ? " XSAVE" : " FXSAVE");
    report_text(cpu, "; clock ");
    report_decimal(cpu, port_clock_hz);
    report_text(cpu, " Hz\n");
    report_drain();
}

static void report_weaknesses(struct cpu *cpu)
{
    const struct processor *processor = &port_processor;
    const struct {
        bool has;
        const char *name;
    } weaknesses[] = {
        {processor->has_meltdown, " meltdown"}, {processor->has_l1tf, " l1tf"},
        {processor->has_buffers, " buffers"},   {processor->has_ssb, " ssb"},
        {processor->has_retbleed, " retbleed"},
    };

    report_text(cpu, "speculation: family ");
    report_decimal(cpu, processor->family);
    report_text(cpu, " model ");
    report_decimal(cpu, processor->model);
    report_text(cpu, ", may have");
    for (unsigned i = 0; i < sizeof(weaknesses) / sizeof(weaknesses[0]); i++)
        if (weaknesses[i].has)
            report_text(cpu, weaknesses[i].name);
    report_text(cpu, "\n");
    report_drain();
}

void port_report_cpu(struct cpu *cpu)
{
    if (!CONFIG_DEBUG)
        return;
    report_protection(cpu);
    report_weaknesses(cpu);
    report_text(cpu, "mitigations:");
    for (unsigned i = 0; i < MITIGATIONS; i++) {
        report_text(cpu, " ");
        report_text(cpu, speculation_names[i]);
        if (port_speculation.is_on[i])
            report_text(cpu, "=on");
        else
            report_text(cpu, port_speculation.is_offered[i] ? "=off" : "=none");
    }
    report_text(cpu, "\n");
    report_drain();
}
