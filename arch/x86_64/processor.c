/* SPDX-License-Identifier: Unlicense */
#include "arch/x86_64/processor.h"

#include "arch/x86_64/text.h"

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
    const struct {
        struct cpuid signature, structured, extended;
    } leaves = {leaf(SIGNATURE), leaf(STRUCTURED), leaf(EXTENDED_ONE)};
    const uint32_t *words = &leaves.signature.a;

    *features = (struct port_features){
        .nx = bit(leaves.extended.d, 20),
        .huge_pages = bit(leaves.extended.d, 26),
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

/* Its first four characters and its last tell. */
static bool is_vendor(const struct cpuid *basic, uint32_t first, uint32_t last)
{
    return basic->b == first && basic->c == last;
}

/* Of Intel's processors: family 5, and the first two generations of Atom. */
static bool is_in_order(const struct processor *processor)
{
    enum { ATOM = 0x1C, ATOMS = 1 | 1 << 10 | 1 << 11 | 1 << 25 | 1 << 26 }; /* 26, 27, 35, 36 */
    uint32_t family = processor_base_family(processor), atom = processor_model(processor) - ATOM;

    return family == 5 || (family == 6 && atom < 32 && (ATOMS >> atom & 1) != 0);
}

/* ---- Weaknesses and means ---- */

enum {
    /* Leaf 7. */
    B_TSX = 1 << 11,
    D_MD_CLEAR = 1 << 10,
    D_SPEC_CTRL = 1 << 26, /* IA32_SPEC_CTRL and IA32_PRED_CMD */
    D_ARCH_CAPABILITIES = 1 << 29,

    /* Leaf 80000008. */
    B_POINTERS = 1 << 2,
    B_IBPB = 1 << 12,
    B_IBRS_ALL = 1 << 14 | 1 << 16, /* there, and may stay on */
    B_SSBD = 1 << 24,
    B_SSBD_VIRTUAL = 1 << 25,
    B_SSB_NO = 1 << 26,

    /* IA32_ARCH_CAPABILITIES. */
    RDCL_NO = 1 << 0,
    IBRS_ALL = 1 << 1,
    SSB_NO = 1 << 4,
    MDS_NO = 1 << 5,
    TAA_NO = 1 << 8,
    MMIO_NO = 7 << 13, /* SBDR and SSDP, FBSDP, PSDP: each has its own */
    FB_CLEAR = 1 << 17,
    RFDS_NO = 1 << 27,
    RFDS_CLEAR = 1 << 28,
};

/* Buffers from which a load that fails may take what is another's. RFDS and MMIO stale data: who
 * has such a weakness has a VERW that clears them. */
static bool has_new_buffers(word_t known)
{
    return (known & (RFDS_NO | RFDS_CLEAR)) == RFDS_CLEAR ||
           ((known & FB_CLEAR) != 0 && (known & MMIO_NO) != MMIO_NO);
}

/* MDS and TAA: VERW clears them if the processor says MD_CLEAR. */
static bool has_old_buffers(word_t known, struct cpuid structured)
{
    return (known & MDS_NO) == 0 || ((structured.b & B_TSX) != 0 && (known & TAA_NO) == 0);
}

/* A processor that is neither Intel's nor AMD's is taken for the worst of Intel's. */
static bool is_suspect(const struct processor *processor)
{
    return !processor->is_in_order && !processor->is_amd;
}

struct weaknesses processor_weaknesses(const struct processor *processor)
{
    const word_t known = processor->capabilities;
    const struct cpuid structured = leaf(STRUCTURED), eight = leaf(EXTENDED_EIGHT);
    const uint32_t family = processor_family(processor);

    return (struct weaknesses){
        .meltdown = is_suspect(processor) && (known & RDCL_NO) == 0,
        .l1tf = is_suspect(processor) && (known & RDCL_NO) == 0,
        .buffers =
            is_suspect(processor) && (has_new_buffers(known) || has_old_buffers(known, structured)),
        .ssb = !processor->is_in_order && (known & SSB_NO) == 0 &&
               !(processor->is_amd && (eight.b & B_SSB_NO) != 0),
        .retbleed = processor->is_amd && family >= 0x15 && family <= 0x19,
    };
}

static void read_means(struct processor *processor, struct cpuid structured, struct cpuid eight)
{
    const word_t known = processor->capabilities;

    processor->ibpb = ((structured.d & D_SPEC_CTRL) | (eight.b & B_IBPB)) != 0;
    processor->automatic_ibrs = bit(leaf(EXTENDED_21).a, 8);
    processor->enhanced_ibrs = (eight.b & B_IBRS_ALL) == B_IBRS_ALL ||
                               ((structured.d & D_SPEC_CTRL) != 0 && (known & IBRS_ALL) != 0);
    processor->ssbd = (structured.d >> 31 | (eight.b & B_SSBD)) != 0;
    processor->ssbd_virtual = (eight.b & B_SSBD_VIRTUAL) != 0;
    processor->keeps_pointers = processor->is_amd && (eight.b & B_POINTERS) == 0;
    processor->needs_verw =
        is_suspect(processor) && (has_new_buffers(known) || ((structured.d & D_MD_CLEAR) != 0 &&
                                                             has_old_buffers(known, structured)));
}

void processor_speculation(struct processor *processor)
{
    const struct cpuid basic = processor_cpuid(BASIC, 0), structured = leaf(STRUCTURED);

    processor->signature = leaf(SIGNATURE).a;
    processor->is_in_order =
        is_vendor(&basic, CHARACTERS('G', 'e', 'n', 'u'), CHARACTERS('n', 't', 'e', 'l')) &&
        is_in_order(processor);
    processor->is_amd =
        is_vendor(&basic, CHARACTERS('A', 'u', 't', 'h'), CHARACTERS('c', 'A', 'M', 'D')) ||
        is_vendor(&basic, CHARACTERS('H', 'y', 'g', 'o'), CHARACTERS('u', 'i', 'n', 'e'));
    processor->capabilities = 0;
    if ((structured.d & D_ARCH_CAPABILITIES) != 0)
        processor->capabilities = processor_msr(MSR_ARCH_CAPABILITIES);
    read_means(processor, structured, leaf(EXTENDED_EIGHT));
}
