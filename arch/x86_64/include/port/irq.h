/* SPDX-License-Identifier: Unlicense
 *
 * Lines: first the inputs of the I/O APIC, by global interrupt number, then messages (MSI), which
 * exist as vectors alone. Contract: arch/include/arch/irq.h.
 */
#pragma once

#include "board.h"
#include "port/apic.h"

static inline word_t arch_irq_lines(void)
{
    return BOARD_IRQ_LINES;
}

static inline bool arch_irq_is_aware(word_t line)
{
    return line < BOARD_IRQ_LINES;
}

/* irq.c */
void arch_irq_mask(word_t line);
void arch_irq_unmask(word_t line);
bool arch_irq_is_enabled(word_t line);
struct irq_binding *arch_irq_table(void);
bool arch_irq_trigger(word_t cpu_id, word_t vector);
void arch_cpu_interrupt(unsigned cpu_id);

static inline void arch_irq_end(word_t line)
{
    (void)line;
    apic_write(APIC_EOI, 0);
}
