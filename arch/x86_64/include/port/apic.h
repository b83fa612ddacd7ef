/* SPDX-License-Identifier: Unlicense
 *
 * The local APIC, in its memory-mapped form. SDM volume 3, 10.4 and 10.5.
 */
#pragma once

#include "abi/types.h"
#include "layout.h"

enum {
    APIC_ID = 0x20,
    APIC_TPR = 0x80,
    APIC_EOI = 0xB0,
    APIC_SVR = 0xF0,
    APIC_ISR_LAST = 0x170, /* vectors 224 to 255 */
    APIC_ICR_LOW = 0x300,
    APIC_ICR_HIGH = 0x310,
    APIC_LVT_TIMER = 0x320,
    APIC_LVT_LINT0 = 0x350,
    APIC_LVT_LINT1 = 0x360,
    APIC_LVT_ERROR = 0x370,
    APIC_TIMER_INITIAL = 0x380,
    APIC_TIMER_CURRENT = 0x390,
    APIC_TIMER_DIVIDE = 0x3E0,

    APIC_ENABLED = 1 << 8,     /* SVR */
    APIC_MASKED = 1 << 16,     /* LVT */
    APIC_NMI = 4 << 8,         /* LVT: delivery mode */
    APIC_SELF = 1 << 18,       /* ICR: destination shorthand */
    APIC_ICR_INIT = 0x4500,    /* asserted */
    APIC_ICR_STARTUP = 0x4600, /* and the page */
    APIC_BY_ONE = 0xB,         /* divide configuration */
};

static inline void apic_write(unsigned offset, uint32_t word)
{
    *(volatile uint32_t *)(LAYOUT_LOCAL_APIC + offset) = word;
}

static inline uint32_t apic_read(unsigned offset)
{
    return *(volatile uint32_t *)(LAYOUT_LOCAL_APIC + offset);
}
