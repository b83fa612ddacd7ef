/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/processor.h"

enum { BASIC = 0, SIGNATURE = 1, STRUCTURED = 7, XSAVE_STATES = 0xD };
#define EXTENDED       0x80000000
#define EXTENDED_ONE   0x80000001
#define EXTENDED_EIGHT 0x80000008
#define EXTENDED_21    0x80000021

static bool bit(word_t word, unsigned number)
{
    return (word >> number & 1) != 0;
}

/* A leaf, or zeros where the processor has fewer: it would answer with another one. */
static struct cpuid leaf(uint32_t number)
{
    uint32_t first = number & EXTENDED;
    uint32_t last = processor_cpuid(first, 0).a;

    if ((last & EXTENDED) != first || last < number)
        return (struct cpuid){0};
    return processor_cpuid(number, 0);
}

/* ---- Features ---- */

/* Which word of `leaves`, which bit there, and which one of CR4 turns it on. */
static const struct {
    uint8_t word, bit, cr4;
} offers[] = {
    {3, 7, 6},   /* MCE: without it a machine check is a reset */
    {3, 13, 7},  /* PGE */
    {6, 2, 11},  /* UMIP */
    {5, 0, 16},  /* FSGSBASE */
    {2, 26, 18}, /* XSAVE */
    {5, 7, 20},  /* SMEP */
    {5, 20, 21}, /* SMAP */
};

void processor_features(struct port_features *features)
{
    const word_t wanted = 7; /* x87, SSE, AVX */
    const struct cpuid leaves[] = {leaf(SIGNATURE), leaf(STRUCTURED), leaf(EXTENDED_ONE)};
    const uint32_t *words = (const uint32_t *)leaves;

    *features = (struct port_features){
        .nx = bit(leaves[2].d, 20),
        .huge_pages = bit(leaves[2].d, 26),
    };
    for (unsigned i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
        if (bit(words[offers[i].word], offers[i].bit))
            features->cr4 |= (word_t)1 << offers[i].cr4;
    features->physical_bits = leaf(EXTENDED_EIGHT).a & 0xFF;
    if (features->physical_bits == 0) /* SDM volume 3, 4.1.4 */
        features->physical_bits = 36;
    if ((features->cr4 & CR4_OSXSAVE) != 0)
        features->xcr0 = leaf(XSAVE_STATES).a & wanted;
    if (features->xcr0 == 0)
        features->cr4 &= ~(word_t)CR4_OSXSAVE;
}

/* ---- Who it is ---- */

/* Twelve characters of a name, four in a word. */
#define WORD(a, b, c, d)                                                                           \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

static bool is_vendor(const struct cpuid *basic, uint32_t first, uint32_t second, uint32_t third)
{
    return basic->b == first && basic->d == second && basic->c == third;
}

static void read_signature(struct processor *processor, uint32_t signature)
{
    const uint32_t more = 0xF; /* a family that has no room in its field */

    processor->family = signature >> 8 & 0xF;
    processor->model = signature >> 4 & 0xF;
    if (processor->family == 6 || processor->family == more)
        processor->model |= signature >> 12 & 0xF0;
    if (processor->family == more)
        processor->family += signature >> 20 & 0xFF;
}

/* Intel's processors in order: family 5, and the first two generations of Atom. */
static bool is_in_order(const struct processor *processor)
{
    static const uint8_t atoms[] = {0x1C, 0x26, 0x27, 0x35, 0x36};

    if (!processor->is_intel)
        return false;
    for (unsigned i = 0; processor->family == 6 && i < sizeof(atoms); i++)
        if (processor->model == atoms[i])
            return true;
    return processor->family == 5;
}

/* ---- Weaknesses and means ---- */

/* IA32_ARCH_CAPABILITIES. */
enum {
    RDCL_NO = 0,
    IBRS_ALL = 1,
    SSB_NO = 4,
    MDS_NO = 5,
    TAA_NO = 8,
    SBDR_SSDP_NO = 13,
    FBSDP_NO = 14,
    PSDP_NO = 15,
    FB_CLEAR = 17,
    RFDS_NO = 27,
    RFDS_CLEAR = 28,
};

/* Buffers from which a load that fails may take what is another's, and whether VERW clears them. */
static void judge_buffers(struct processor *processor, struct cpuid structured)
{
    const bool md_clear = bit(structured.d, 10), has_tsx = bit(structured.b, 11);
    const word_t known = processor->capabilities;
    const bool mds = !bit(known, MDS_NO);
    const bool taa = has_tsx && !bit(known, TAA_NO);
    const bool mmio = bit(known, FB_CLEAR) &&
                      !(bit(known, SBDR_SSDP_NO) && bit(known, FBSDP_NO) && bit(known, PSDP_NO));
    const bool rfds = bit(known, RFDS_CLEAR) && !bit(known, RFDS_NO);

    processor->has_buffers = mds || taa || mmio || rfds;
    processor->verw_clears = md_clear || mmio || rfds;
}

/* A processor that is neither Intel's nor AMD's is taken for the worst of Intel's. */
static void judge(struct processor *processor, struct cpuid structured, struct cpuid eight)
{
    const word_t known = processor->capabilities;

    if (processor->is_in_order)
        return;
    processor->has_ssb = !bit(known, SSB_NO) && !(processor->is_amd && bit(eight.b, 26));
    if (processor->is_amd) {
        processor->has_retbleed = processor->family >= 0x15 && processor->family <= 0x19;
        return;
    }
    processor->has_meltdown = !bit(known, RDCL_NO);
    processor->has_l1tf = !bit(known, RDCL_NO);
    judge_buffers(processor, structured);
}

static void read_means(struct processor *processor, struct cpuid structured, struct cpuid eight)
{
    const bool is_told = bit(structured.d, 26); /* IA32_SPEC_CTRL and IA32_PRED_CMD */

    processor->ibpb = is_told || bit(eight.b, 12);
    processor->enhanced_ibrs = (is_told && bit(processor->capabilities, IBRS_ALL)) ||
                               (bit(eight.b, 14) && bit(eight.b, 16));
    processor->automatic_ibrs = bit(leaf(EXTENDED_21).a, 8);
    processor->ssbd = bit(structured.d, 31) || bit(eight.b, 24);
    processor->ssbd_virtual = !processor->ssbd && bit(eight.b, 25);
}

void processor_speculation(struct processor *processor)
{
    struct cpuid basic = processor_cpuid(BASIC, 0);
    struct cpuid structured = leaf(STRUCTURED), eight = leaf(EXTENDED_EIGHT);

    *processor = (struct processor){
        .is_intel = is_vendor(&basic, WORD('G', 'e', 'n', 'u'), WORD('i', 'n', 'e', 'I'),
                              WORD('n', 't', 'e', 'l')),
        .is_amd = is_vendor(&basic, WORD('A', 'u', 't', 'h'), WORD('e', 'n', 't', 'i'),
                            WORD('c', 'A', 'M', 'D')) ||
                  is_vendor(&basic, WORD('H', 'y', 'g', 'o'), WORD('n', 'G', 'e', 'n'),
                            WORD('u', 'i', 'n', 'e')),
    };
    read_signature(processor, leaf(SIGNATURE).a);
    processor->is_in_order = is_in_order(processor);
    if (bit(structured.d, 29))
        processor->capabilities = processor_msr(MSR_ARCH_CAPABILITIES);
    processor->keeps_pointers = processor->is_amd && !bit(eight.b, 2);
    read_means(processor, structured, eight);
    judge(processor, structured, eight);
}
