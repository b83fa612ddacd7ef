/* SPDX-License-Identifier: Unlicense
 *
 * Which mitigations are chosen, for processors that are made up: what CPUID would say of them, and
 * what their registers would. A register that CPUID has not said to be there must not be read.
 */
#include "arch/x86_64/speculation.h"

#include "tests/unit/tap.h"

#include <stdio.h>
#include <string.h>

/* A processor is its vendor, its signature, and the words that differ from zero. */
static struct made_up {
    const char *vendor;
    uint32_t signature, basic_c, basic_d, seven_b, seven_c, seven_d, eight_a, eight_b, one_d,
        twenty_one_a;
    uint32_t last, last_extended;
    word_t capabilities;
} made_up;

static unsigned reads_of_capabilities, reads_of_others;

static uint32_t vendor_word(unsigned at)
{
    uint32_t word;

    memcpy(&word, made_up.vendor + at, sizeof(word));
    return word;
}

/* A processor answers a leaf that it does not have with what lies in its last one. */
static uint32_t nearest(uint32_t leaf)
{
    uint32_t last = leaf >= 0x80000000 ? made_up.last_extended : made_up.last;

    return leaf <= last || leaf == 0x80000000 ? leaf : 0xFFFF;
}

struct cpuid processor_cpuid(uint32_t leaf, uint32_t subleaf)
{
    const uint32_t all = 0xFFFFFFFF;

    (void)subleaf;
    switch (nearest(leaf)) {
    case 0:
        return (struct cpuid){made_up.last, vendor_word(0), vendor_word(8), vendor_word(4)};
    case 1:
        return (struct cpuid){made_up.signature, 0, made_up.basic_c, made_up.basic_d};
    case 7:
        return (struct cpuid){0, made_up.seven_b, made_up.seven_c, made_up.seven_d};
    case 0xD:
        return (struct cpuid){0x207, 0, 0, 0};
    case 0x80000000:
        return (struct cpuid){made_up.last_extended, 0, 0, 0};
    case 0x80000001:
        return (struct cpuid){0, 0, 0, made_up.one_d};
    case 0x80000008:
        return (struct cpuid){made_up.eight_a, made_up.eight_b, 0, 0};
    case 0x80000021:
        return (struct cpuid){made_up.twenty_one_a, 0, 0, 0};
    case 0xFFFF:
        return (struct cpuid){all, all, all, all};
    default:
        return (struct cpuid){0};
    }
}

word_t processor_msr(uint32_t msr)
{
    if (msr == MSR_ARCH_CAPABILITIES)
        reads_of_capabilities++;
    else
        reads_of_others++;
    return made_up.capabilities;
}

/* ---- Looking ---- */

enum {
    MD_CLEAR = 1 << 10,
    SPEC_CTRL = 1 << 26,
    ARCH_CAPABILITIES = 1 << 29,
    TSX = 1 << 11,
    AMD_IBPB = 1 << 12,
    AMD_IBRS = 1 << 14,
    AMD_ALWAYS_ON = 1 << 16,
    AMD_SSBD = 1 << 24,
    AMD_VIRTUAL_SSBD = 1 << 25,
    AMD_SSB_NO = 1 << 26,
    AUTOMATIC_IBRS = 1 << 8,
};
#define SSBD 0x80000000u

static struct processor processor;
static struct speculation speculation;

static void choose(struct made_up what, const char *text)
{
    made_up = what;
    if (made_up.last == 0)
        made_up.last = 0x16;
    if (made_up.last_extended == 0)
        made_up.last_extended = 0x80000021;
    reads_of_capabilities = 0;
    reads_of_others = 0;
    processor_speculation(&processor);
    speculation_choose(&processor, text, &speculation);
}

/* Which are on, by the letters of their names in their order: l i b r v s. */
static bool on(const char *expected)
{
    static const char letters[] = "librvs";
    char found[sizeof(letters)] = "";
    size_t count = 0;

    for (unsigned i = 0; i < MITIGATIONS; i++)
        if ((speculation.on >> i & 1) != 0)
            found[count++] = letters[i];
    if (strcmp(found, expected) != 0)
        printf("# on: %s, not %s\n", found, expected);
    return strcmp(found, expected) == 0;
}

/* Bits of SPEC_CTRL, VIRT_SPEC_CTRL and EFER. */
static bool sets(word_t control, word_t virtual_control, word_t features)
{
    return speculation.control == control && speculation.virtual_control == virtual_control &&
           speculation.features == features;
}

static bool weak(bool meltdown, bool l1tf, bool buffers, bool ssb)
{
    struct weaknesses has = processor_weaknesses(&processor);

    return has.meltdown == meltdown && has.l1tf == l1tf && has.buffers == buffers && has.ssb == ssb;
}

/* ---- Processors ---- */

static const struct made_up skylake = {
    .vendor = "GenuineIntel",
    .signature = 0x506E3,
    .seven_b = TSX,
    .seven_d = MD_CLEAR | SPEC_CTRL | SSBD,
};
static const struct made_up cascade_lake = {
    .vendor = "GenuineIntel",
    .signature = 0x50657,
    .seven_b = TSX,
    .seven_d = MD_CLEAR | SPEC_CTRL | SSBD | ARCH_CAPABILITIES,
    .capabilities = 1 << 0 | 1 << 1 | 1 << 5, /* RDCL_NO, IBRS_ALL, MDS_NO */
};
static const struct made_up all_fixed = {
    .vendor = "GenuineIntel",
    .signature = 0x806F8,
    .seven_d = MD_CLEAR | SPEC_CTRL | SSBD | ARCH_CAPABILITIES,
    .capabilities = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 8 | 7 << 13 | 1 << 17 | 1 << 27,
};
static const struct made_up zen3 = {
    .vendor = "AuthenticAMD",
    .signature = 0xA20F10,
    .eight_b = AMD_IBPB | AMD_IBRS | AMD_ALWAYS_ON | AMD_SSBD,
};
static const struct made_up emulated = {
    /* QEMU's `max`: nothing of this kind */
    .vendor = "AuthenticAMD",
    .signature = 0x663,
    .seven_b = 1 << 0 | 1 << 7 | 1 << 20,
};

static void intel(void)
{
    choose(skylake, "");
    tap_check(weak(true, true, true, true) && processor_family(&processor) == 6 &&
                  processor_model(&processor) == 0x5E,
              "Skylake has everything");
    tap_check(on("lbrv"), "and gets barriers, filled returns, VERW; no IBRS, which is the old one");
    tap_check(reads_of_capabilities == 0 && reads_of_others == 0, "its registers are not read");
    tap_check(sets(0, 0, 0), "and not written");
    choose(cascade_lake, "ssbd=on");
    tap_check(sets(5, 0, 0), "IBRS and SSBD are bits of SPEC_CTRL");
    choose(cascade_lake, "");
    tap_check(sets(1, 0, 0), "IBRS alone");
    tap_check(weak(false, false, true, true) && on("librv") && reads_of_capabilities == 1,
              "Cascade Lake has lost Meltdown and keeps TAA");
    choose((struct made_up){.vendor = "GenuineIntel",
                            .signature = 0x50657,
                            .seven_d = cascade_lake.seven_d,
                            .capabilities = cascade_lake.capabilities},
           "");
    tap_check(weak(false, false, false, true) && on("libr"), "without TSX it has not");
    choose(all_fixed, "");
    tap_check(weak(false, false, false, false) && on("libr"), "one that says no to everything");
    choose((struct made_up){.vendor = "GenuineIntel", .signature = 0x206A7}, "");
    tap_check(weak(true, true, true, true) && on("l"), "an old one without any means");
    choose((struct made_up){.vendor = "GenuineIntel", .signature = 0x106CA, .seven_d = MD_CLEAR},
           "");
    tap_check(weak(false, false, false, false) && on(""), "an Atom that does not speculate");
    choose((struct made_up){.vendor = "Intel or not?", .signature = 0x663}, "");
    tap_check(weak(true, true, true, true), "a vendor that nobody knows is taken for the worst");
}

/* What makes VERW clear buffers, and what makes that needed. */
static void buffers(void)
{
    struct made_up what = all_fixed;

    what.capabilities &= ~((word_t)1 << 14);
    choose(what, "");
    tap_check(processor_weaknesses(&processor).buffers && on("librv"), "MMIO stale data");
    what.capabilities &= ~((word_t)1 << 17);
    choose(what, "");
    tap_check(!processor_weaknesses(&processor).buffers,
              "which a processor without FB_CLEAR does not say");
    what = all_fixed;
    what.capabilities = (what.capabilities & ~((word_t)1 << 27)) | 1 << 28;
    what.seven_d &= ~(uint32_t)MD_CLEAR;
    choose(what, "");
    tap_check(processor_weaknesses(&processor).buffers && on("librv"),
              "register file data, without MD_CLEAR");
    what = skylake;
    what.seven_d &= ~(uint32_t)MD_CLEAR;
    choose(what, "");
    tap_check(processor_weaknesses(&processor).buffers && on("lbr"),
              "no MD_CLEAR: VERW would clear nothing");
    choose(what, "verw=on");
    tap_check(on("lbrv"), "but it can be executed");
}

static void amd(void)
{
    struct made_up what = zen3;

    choose(zen3, "");
    tap_check(weak(false, false, false, true) && processor_weaknesses(&processor).retbleed &&
                  processor_family(&processor) == 0x19 && on("libr"),
              "Zen 3: IBRS that may stay on, barriers");
    what.eight_b &= ~(uint32_t)AMD_ALWAYS_ON;
    choose(what, "");
    tap_check(on("lbr"), "IBRS that must not stay on is not used");
    what.twenty_one_a = AUTOMATIC_IBRS;
    choose(what, "");
    tap_check(on("libr") && sets(0, 0, 1 << 21), "automatic IBRS is, by a bit of EFER");
    what.eight_b = AMD_VIRTUAL_SSBD;
    choose(what, "ssbd=on");
    tap_check(on("lis") && sets(0, 4, 1 << 21), "SSBD by the register of guests");
    what.eight_b = AMD_SSB_NO;
    choose(what, "");
    tap_check(!processor_weaknesses(&processor).ssb, "SSB_NO");
    what.vendor = "HygonGenuine";
    choose(what, "");
    tap_check(!processor_weaknesses(&processor).meltdown, "Hygon is AMD");
    tap_check(processor.keeps_pointers, "and keeps pointers of the x87");
    what.eight_b = 1 << 2;
    choose(what, "");
    tap_check(!processor.keeps_pointers, "unless it says that it does not");
    choose((struct made_up){.vendor = "AuthenticAMD", .signature = 0x60F12}, "");
    tap_check(!processor_weaknesses(&processor).retbleed, "family 6 has no retbleed");
}

/* Words of leaves that are not there are no words. */
static void old(void)
{
    struct port_features features;

    choose(
        (struct made_up){
            .vendor = "GenuineIntel", .signature = 0x663, .last = 2, .last_extended = 0x80000004},
        "mitigations=on");
    tap_check(on("lrv") && reads_of_capabilities == 0, "a processor with two leaves");
    processor_features(&features);
    tap_check(features.cr4 == 0 && features.xcr0 == 0, "has no features of the third");
    made_up.last_extended = 0x12345;
    processor_features(&features);
    tap_check(!features.nx && !features.huge_pages, "and none of leaves it has never heard of");
    tap_check(features.physical_bits == 36, "and addresses of 36 bits, since it does not say");
}

static void features_of(void)
{
    struct port_features features;

    choose((struct made_up){.vendor = "GenuineIntel",
                            .basic_c = 1 << 26,
                            .basic_d = 1 << 7 | 1 << 13,
                            .seven_b = 1 << 0 | 1 << 7 | 1 << 20,
                            .seven_c = 1 << 2,
                            .eight_a = 0x3028,
                            .one_d = 1 << 20 | 1 << 26},
           "");
    processor_features(&features);
    tap_check(features.cr4 ==
                  (CR4_SMEP | CR4_SMAP | CR4_UMIP | CR4_FSGSBASE | CR4_MCE | CR4_PGE | CR4_OSXSAVE),
              "features of the structured leaf");
    tap_check(features.nx && features.huge_pages && features.xcr0 == 7,
              "NX, huge pages, and the states that the kernel knows");
    tap_check(features.physical_bits == 40, "how wide addresses are");
}

/* ---- The command line ---- */

static void emulator(void)
{
    choose(emulated, "");
    tap_check(weak(false, false, false, true) && on("l"), "an emulated processor");
    choose(emulated, "mitigations=on");
    tap_check(on("lrv") && reads_of_capabilities == 0 && sets(0, 0, 0), "on: what can be executed");
    choose(emulated, "mitigations=off");
    tap_check(on(""), "off");
}

static void words(void)
{
    choose(skylake, "mitigations=off verw=on");
    tap_check(on("v"), "one is on whatever is said of all");
    choose(skylake, "verw=off mitigations=on");
    tap_check(on("lbrs"), "in any order");
    choose(skylake, "mitigations=off ibpb=auto");
    tap_check(on("b"), "and auto is auto");
    choose(skylake, "verw=on verw=off");
    tap_check(on("lbr"), "the last word counts");
    choose(skylake, "verw=off verw=perhaps");
    tap_check(on("lbr"), "if it is one");
    choose(skylake, "xverw=off verw=offx verw= verw off=verw mitigations");
    tap_check(on("lbrv"), "no part of a word is a word");
    choose(skylake, "  lfence=off   ibrs=off ibpb=off  rsb=off verw=off ssbd=on ");
    tap_check(on("s"), "every name is heard");
    choose(skylake, "ibrs=on");
    tap_check(on("lbrv"), "what is not there cannot be on");
    choose(skylake, "mitigations=on mitigations=auto");
    tap_check(on("lbrv"), "back to auto");
}

int main(void)
{
    intel();
    buffers();
    amd();
    old();
    features_of();
    emulator();
    words();
    return tap_end();
}
