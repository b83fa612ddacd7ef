/* SPDX-License-Identifier: Unlicense
 *
 * What CPUID says of a processor, as far as the kernel asks: features, and what its speculation
 * gives away. Nothing here touches the hardware, so that a host test can make up any processor.
 * Next: speculation.h.
 *
 * SDM volume 2, CPUID; APM volume 3, appendix E; Intel, "CPUID enumeration and architectural MSRs"
 * for speculative execution.
 */
#pragma once

#include "abi/types.h"

/* ---- What the port provides ---- */

struct cpuid {
    uint32_t a, b, c, d;
};

struct cpuid processor_cpuid(uint32_t leaf, uint32_t subleaf);

/* A register that CPUID has said to be there. */
word_t processor_msr(uint32_t msr);

/* ---- Features ---- */

/* Bits of CR4: SDM volume 3, 2.5. */
enum {
    CR4_MCE = 1 << 6,
    CR4_PGE = 1 << 7,
    CR4_OSFXSR = 1 << 9,
    CR4_OSXMMEXCPT = 1 << 10,
    CR4_UMIP = 1 << 11,
    CR4_FSGSBASE = 1 << 16,
    CR4_OSXSAVE = 1 << 18,
    CR4_SMEP = 1 << 20,
    CR4_SMAP = 1 << 21,
};

/* What CPUID offers and the kernel uses. */
struct port_features {
    word_t cr4; /* what there is to be turned on */
    bool nx, huge_pages;
    word_t xcr0;          /* states that XSAVE keeps; 0: there is none */
    word_t physical_bits; /* of addresses: the bits above are reserved in page tables */
};

void processor_features(struct port_features *features);

/* ---- Speculation ---- */

enum { MSR_ARCH_CAPABILITIES = 0x10A };

struct processor {
    uint32_t signature;
    bool is_amd;         /* or Hygon's */
    bool is_in_order;    /* does not speculate past a load */
    word_t capabilities; /* IA32_ARCH_CAPABILITIES, 0 where there is none */
    bool needs_verw;     /* has a weakness that VERW is for, and VERW is it */
    bool keeps_pointers; /* of the x87: a restore leaves those of the last exception alone */
    bool ibpb, enhanced_ibrs, automatic_ibrs, ssbd, ssbd_virtual;
};

void processor_speculation(struct processor *processor);

/* Without the part that families from 15 up have besides. */
static inline uint32_t processor_base_family(const struct processor *processor)
{
    return processor->signature >> 8 & 0xF;
}

static inline uint32_t processor_family(const struct processor *processor)
{
    uint32_t family = processor_base_family(processor);

    return family == 0xF ? family + (processor->signature >> 20 & 0xFF) : family;
}

static inline uint32_t processor_model(const struct processor *processor)
{
    return (processor->signature >> 4 & 0xF) | (processor->signature >> 12 & 0xF0);
}

/* What it may be weak in, to be told: the worst case where it does not say. Buffers: MDS, TAA, MMIO
 * stale data, RFDS. */
struct weaknesses {
    bool meltdown, l1tf, buffers, ssb, retbleed;
};

struct weaknesses processor_weaknesses(const struct processor *processor);
