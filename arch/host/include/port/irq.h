/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/irq.h.
 */
#pragma once

#include "abi/types.h"

word_t arch_irq_lines(void);

static inline bool arch_irq_is_aware(word_t line)
{
    return line < arch_irq_lines();
}

static inline bool arch_irq_is_level(word_t line)
{
    (void)line;
    return false;
}

void arch_irq_mask(word_t line);
void arch_irq_unmask(word_t line);
bool arch_irq_is_enabled(word_t line);
void arch_irq_end(word_t line);
struct irq_binding *arch_irq_table(void);
bool arch_irq_trigger(word_t cpu, word_t vector);
void arch_cpu_interrupt(unsigned cpu);
