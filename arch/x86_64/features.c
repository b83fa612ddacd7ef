/* SPDX-License-Identifier: Unlicense
 *
 * What this processor has, what is made of it, and the report of both. Code that depends on it is
 * replaced once, before text becomes read-only, while one CPU runs and interrupts are held off.
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "arch/x86_64/speculation.h"
#include "kernel/report.h"
#include "port/clock.h"

struct port_features port_features;
struct processor port_processor;
struct speculation port_speculation;
bool port_has_huge_pages;
word_t port_entry_bits = ~MMU_NO_EXECUTE;

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
    if (port_features.nx)
        port_entry_bits = ~(word_t)0;
    processor_speculation(&port_processor);
    speculation_choose(&port_processor, text, &port_speculation);
}

/* ---- Code ---- */

/* From the linker script; entry.S says what they are. */
struct place {
    int32_t from, to; /* from where they stand; `from` has why it is replaced, in PATCH_UNIT */
};

extern const struct place port_patches_begin[], port_patches_end[];

static int32_t why_of(const struct place *place)
{
    return (place->from + PATCH_UNIT / 2) / PATCH_UNIT;
}

static uint8_t *code_at(const int32_t *where, sword_t distance)
{
    return (uint8_t *)((word_t)where + (word_t)distance);
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
        [PATCH_WITHOUT_BASES] = (port_features.cr4 & CR4_FSGSBASE) == 0,
        [PATCH_WITHOUT_SMAP] = (port_features.cr4 & CR4_SMAP) == 0,
        [PATCH_WITHOUT_LFENCE] = !is_on[MITIGATION_LFENCE],
        [PATCH_WITHOUT_IBPB] = !is_on[MITIGATION_IBPB],
        [PATCH_WITHOUT_RSB] = !is_on[MITIGATION_RSB],
        [PATCH_WITHOUT_POINTERS] = !port_processor.keeps_pointers,
        [PATCH_VERW] = is_on[MITIGATION_VERW],
        [PATCH_GUARD] = is_on[MITIGATION_IBPB] || is_on[MITIGATION_RSB],
    };

    for (const struct place *place = port_patches_begin; place < port_patches_end; place++) {
        int32_t why = why_of(place);
        uint8_t *from = code_at(&place->from, place->from - why * PATCH_UNIT);
        const uint8_t *to = code_at(&place->to, place->to);

        if (applies[why] && why == PATCH_GUARD)
            write_call(from, to);
        else if (applies[why])
            write_jump(from, to);
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

/* Of what is offered: + is on, - is off. */
static void say_one(const char *name, bool is_offered, bool is_on)
{
    if (!is_offered)
        return;
    boot_say(is_on ? " +" : " -");
    boot_say(name);
}

/* Read back from the registers, not from what was meant to be written. */
static void say_protection(void)
{
    enum { NX, WP }; /* bits of CR4 that are nobody's here */
    static const struct {
        uint8_t bit;
        char name[9];
    } features[] = {
        {NX, "NX"},   {WP, "WP"},       {20, "SMEP"}, {21, "SMAP"},
        {11, "UMIP"}, {16, "FSGSBASE"}, {6, "MCE"},   {18, "XSAVE"},
    };
    const word_t offered = port_features.cr4 | (word_t)port_features.nx << NX | 1 << WP;
    const word_t on = (cr4_read() & port_features.cr4) | (msr_read(MSR_EFER) >> 11 & 1) << NX |
                      (cr0_read() >> 16 & 1) << WP;

    for (unsigned i = 0; i < sizeof(features) / sizeof(features[0]); i++)
        say_one(features[i].name, (offered >> features[i].bit & 1) != 0,
                (on >> features[i].bit & 1) != 0);
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
    report_drain(cpu);
}

void port_report_cpu(struct cpu *cpu)
{
    boot_say("\nRME on x86-64:");
    say_protection();
    for (unsigned i = 0; i < MITIGATIONS; i++)
        say_one(speculation_names[i], port_speculation.is_offered[i], port_speculation.is_on[i]);
    boot_say("\n");
    if (!CONFIG_DEBUG)
        return;
    report_weaknesses(cpu);
    report_text(cpu, "clock ");
    report_decimal(cpu, port_clock_hz);
    report_text(cpu, " Hz\n");
    report_drain(cpu);
}
