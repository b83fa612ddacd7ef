/* SPDX-License-Identifier: Unlicense
 *
 * What this processor has, what is made of it, and the report of both. Code that depends on it is
 * replaced once, before text becomes read-only, while one CPU runs and interrupts are held off.
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"
#include "arch/x86_64/speculation.h"
#include "arch/x86_64/text.h"
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

static_assert(PATCH_WITHOUT_LFENCE == (int)MITIGATION_LFENCE &&
                  PATCH_VERW == (int)MITIGATION_VERW &&
                  PATCH_WITHOUT_IBPB == (int)MITIGATION_IBPB &&
                  PATCH_WITHOUT_RSB == (int)MITIGATION_RSB,
              "patches of mitigations have their numbers");

/* What applies, a bit for each PATCH_. */
static unsigned find_patches(void)
{
    const unsigned barriers = 1u << MITIGATION_IBPB | 1u << MITIGATION_RSB;
    const unsigned on = port_speculation.on;
    unsigned patches = (on & 1u << PATCH_VERW) | (~on & (barriers | 1u << PATCH_WITHOUT_LFENCE));

    if ((on & barriers) != 0)
        patches |= 1u << PATCH_GUARD;
    if ((port_features.cr4 & CR4_FSGSBASE) == 0)
        patches |= 1u << PATCH_WITHOUT_BASES;
    if ((port_features.cr4 & CR4_SMAP) == 0)
        patches |= 1u << PATCH_WITHOUT_SMAP;
    if (!port_processor.keeps_pointers)
        patches |= 1u << PATCH_WITHOUT_POINTERS;
    return patches;
}

void port_patch(void)
{
    const unsigned patches = find_patches();

    for (const struct place *place = port_patches_begin; place < port_patches_end; place++) {
        int32_t why = why_of(place);
        uint8_t *from = code_at(&place->from, place->from - why * PATCH_UNIT);
        const uint8_t *to = code_at(&place->to, place->to);

        if ((patches & 1u << why) == 0)
            continue;
        if (why == PATCH_GUARD)
            write_call(from, to);
        else
            write_jump(from, to);
    }
}

/* ---- Registers ---- */

enum {
    MSR_SPEC_CTRL = 0x48,
    MSR_VIRT_SPEC_CTRL = 0xC001011F, /* AMD, for guests */
};

void port_prepare_speculation(void)
{
    port_msr_set(MSR_EFER, port_speculation.features);
    port_msr_set(MSR_SPEC_CTRL, port_speculation.control);
    port_msr_set(MSR_VIRT_SPEC_CTRL, port_speculation.virtual_control);
}

/* ---- The report ---- */

/* Names of bits from 0 up, of those that are offered: + is on, - is off. */
static void say_bits(const char *names, word_t offered, word_t on)
{
    for (; offered != 0; offered >>= 1, on >>= 1) {
        if ((offered & 1) != 0) {
            boot_say((on & 1) != 0 ? " +" : " -");
            boot_say(names);
        }
        names = text_behind(names);
    }
}

/* Read back from the registers, not from what was meant to be written. */
static void say_protection(void)
{
    enum { NX, WP }; /* bits of CR4 that are nobody's here */
    const char *names = "NX\0WP\0\0\0\0\0MCE\0\0\0\0\0UMIP\0\0\0\0\0FSGSBASE\0\0"
                        "XSAVE\0\0SMEP\0SMAP"; /* in between: none, or of no use to tell */
    const word_t offered =
        (port_features.cr4 & ~(word_t)CR4_PGE) | (word_t)port_features.nx << NX | 1 << WP;
    const word_t on = (cr4_read() & ~(word_t)3) | (msr_read(MSR_EFER) >> 11 & 1) << NX |
                      (cr0_read() >> 16 & 1) << WP;

    say_bits(names, offered, on);
}

static void report_weaknesses(struct cpu *cpu)
{
    const struct processor *processor = &port_processor;
    const struct weaknesses has = processor_weaknesses(processor);
    const struct {
        bool has;
        const char *name;
    } weaknesses[] = {
        {has.meltdown, " meltdown"}, {has.l1tf, " l1tf"},         {has.buffers, " buffers"},
        {has.ssb, " ssb"},           {has.retbleed, " retbleed"},
    };

    report_text(cpu, "speculation: family ");
    report_decimal(cpu, processor_family(processor));
    report_text(cpu, " model ");
    report_decimal(cpu, processor_model(processor));
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
    say_bits(speculation_names, port_speculation.offered, port_speculation.on);
    boot_say("\n");
    if (!CONFIG_DEBUG)
        return;
    report_weaknesses(cpu);
    report_text(cpu, "clock ");
    report_decimal(cpu, port_clock_hz);
    report_text(cpu, " Hz\n");
    report_drain(cpu);
}
