/* SPDX-License-Identifier: Unlicense
 *
 * NVIC. The end of an interrupt is the exception return. Contract: arch/include/arch/irq.h.
 */
#pragma once

#include "board.h"
#include "port/registers.h"

extern struct irq_binding port_irq_table[];

static inline word_t arch_irq_lines(void)
{
    return BOARD_IRQ_LINES;
}

/* Transparent lines (board.h) never come here. */
static inline bool arch_irq_is_aware(word_t line)
{
#define IS_NOT(number, handler, priority) &&line != (number)
    return line < BOARD_IRQ_LINES BOARD_TRANSPARENT(IS_NOT);
#undef IS_NOT
}

static inline bool arch_irq_is_level(word_t line)
{
    (void)line;
    return false;
}

static inline void arch_irq_mask(word_t line)
{
    NVIC_ICER[line / 32] = (word_t)1 << line % 32;
}

static inline void arch_irq_unmask(word_t line)
{
    NVIC_ISER[line / 32] = (word_t)1 << line % 32;
}

static inline bool arch_irq_is_enabled(word_t line)
{
    return (NVIC_ISER[line / 32] >> line % 32 & 1) != 0;
}

static inline void arch_irq_end(word_t line)
{
    (void)line;
}

static inline struct irq_binding *arch_irq_table(void)
{
    return port_irq_table;
}

static inline bool arch_irq_trigger(word_t cpu_id, word_t vector)
{
    if (cpu_id != 0 || vector >= BOARD_IRQ_LINES)
        return false;
    NVIC_ISPR[vector / 32] = (word_t)1 << vector % 32;
    return true;
}

static inline void arch_cpu_interrupt(unsigned cpu_id)
{
    (void)cpu_id;
    *SCB_ICSR = ICSR_PENDSVSET;
}
