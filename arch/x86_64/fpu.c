/* SPDX-License-Identifier: Unlicense
 *
 * The FPU with all its vectors, switched at once and never lazily. A thread without the attribute
 * finds CR0.TS set, and nothing in the registers to speculate with. XSAVE where there is one; else
 * FXSAVE, with which CR4.OSXSAVE stays off, so that nobody can reach the state it leaves out.
 * SDM volume 1, 13.7 and 13.8.
 */
#include "arch/context.h"
#include "arch/x86_64/instructions.h"
#include "arch/x86_64/port.h"

enum { CONTROL_OFFSET = 0, MXCSR_OFFSET = 24, X87_CLEAN = 0x37F, MXCSR_CLEAN = 0x1F80 };

static struct arch_fpu clean;

static uint8_t *area_of(struct arch_fpu *fpu)
{
    return (uint8_t *)(((word_t)fpu + FPU_ALIGN - 1) & ~(word_t)(FPU_ALIGN - 1));
}

static void save(struct arch_fpu *fpu)
{
    if (port_features.xcr0 != 0)
        __asm__ volatile("xsave64 (%0)"
                         :
                         : "r"(area_of(fpu)), "a"((uint32_t)port_features.xcr0), "d"(0)
                         : "memory");
    else
        __asm__ volatile("fxsave64 (%0)" : : "r"(area_of(fpu)) : "memory");
}

/* AMD's processors may neither save nor restore where the last x87 instruction and its operand lay
 * unless an exception is pending (CVE-2006-1056); a load of something else hides what was there.
 * Pending exceptions go first, or that load would raise them. APM volume 5, FXRSTOR. */
static void hide_pointers(void)
{
    static const uint32_t zero;

    __asm__ volatile("660:\tfnclex\n\t"
                     "emms\n\t"
                     "fildl %0\n"
                     "661:\t.pushsection .rodata.patches, \"a\"\n\t"
                     ".long 660b - . + %c1, 661b - .\n\t"
                     ".popsection"
                     :
                     : "m"(zero), "i"(PATCH_WITHOUT_POINTERS * PATCH_UNIT));
}

static void load(struct arch_fpu *fpu)
{
    hide_pointers();
    if (port_features.xcr0 != 0)
        __asm__ volatile("xrstor64 (%0)"
                         :
                         : "r"(area_of(fpu)), "a"((uint32_t)port_features.xcr0), "d"(0)
                         : "memory");
    else
        __asm__ volatile("fxrstor64 (%0)" : : "r"(area_of(fpu)) : "memory");
}

static void allow(void)
{
    __asm__ volatile("clts" ::: "memory");
}

/* The header says of each state that it is in its initial configuration; MXCSR is loaded in any
 * case. */
void arch_fpu_init(struct arch_fpu *fpu)
{
    uint8_t *area = area_of(fpu);

    for (unsigned i = 0; i < sizeof(fpu->words) / sizeof(word_t); i++)
        fpu->words[i] = 0;
    *(uint16_t *)(void *)(area + CONTROL_OFFSET) = X87_CLEAN;
    *(uint32_t *)(void *)(area + MXCSR_OFFSET) = MXCSR_CLEAN;
}

void arch_fpu_save(const struct arch_context *context, struct arch_fpu *fpu)
{
    (void)context;
    if (fpu != NULL)
        save(fpu);
}

/* Not inlined in boot's text: it has a place that boot replaces. */
NOINLINE void arch_fpu_load(const struct arch_context *context, const struct arch_fpu *fpu)
{
    (void)context;
    if (fpu != NULL) {
        allow();
        load((struct arch_fpu *)(word_t)fpu);
        return;
    }
    if ((cr0_read() & CR0_TS) != 0)
        return;
    load(&clean);
    cr0_write(cr0_read() | CR0_TS);
}

void port_prepare_fpu(void)
{
    arch_fpu_init(&clean);
    if (port_features.xcr0 != 0)
        __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)port_features.xcr0), "d"(0) : "memory");
    allow();
    arch_fpu_load(NULL, NULL);
}
