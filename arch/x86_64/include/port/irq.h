/* SPDX-License-Identifier: Unlicense
 *
 * Lines: first the inputs of I/O APICs, by global interrupt number, then messages (MSI), which
 * exist as vectors alone. Contract: arch/include/arch/irq.h.
 */
#pragma once

#include "board.h"
#include "port/apic.h"
#include "port/offsets.h"

static inline word_t arch_irq_lines(void)
{
    return BOARD_IRQ_LINES;
}

static inline bool arch_irq_is_aware(word_t line)
{
    return line < BOARD_IRQ_LINES;
}

/* What is known of a line, bits of port_line_state. */
enum {
    LINE_ENABLED = PORT_LINE_ENABLED, /* not masked */
    LINE_WAITING = 2,                 /* has come while it was masked, or was raised */
    LINE_OPEN = 4,                    /* its I/O APIC is to let it through */
};

/* For every vector behind that of line 0, so that the door need not ask whether it is one of a
 * line. Every CPU changes them (irq.c): with several, each line has a cache line of its own. */
extern struct line_state {
    _Alignas(1 << LINE_STATE_SHIFT) shared_t bits;
} port_line_state[256 - VECTOR_LINES];

/* Inputs that stay up until their device is served, a bit for each; boot sets them. */
extern word_t port_levels;
static_assert(BOARD_IOAPIC_LINES <= WORD_BITS, "a bit for each");

static inline bool arch_irq_is_level(word_t line)
{
    return line < BOARD_IOAPIC_LINES && (port_levels >> line & 1) != 0;
}

/* irq.c */
void port_mask_level(word_t line);
void arch_irq_unmask(word_t line);
bool arch_irq_is_enabled(word_t line);
bool arch_irq_trigger(word_t cpu_id, word_t vector);
void arch_cpu_interrupt(unsigned cpu_id);
extern struct irq_binding port_irq_table[BOARD_IRQ_LINES];

static inline struct irq_binding *arch_irq_table(void)
{
    return port_irq_table;
}

static inline void arch_irq_mask(word_t line)
{
    if (arch_irq_is_level(line))
        port_mask_level(line);
    else
        (void)shared_and(&port_line_state[line].bits, ~(word_t)LINE_ENABLED);
}

static inline void arch_irq_end(word_t line)
{
    (void)line;
    apic_write(APIC_EOI, 0);
}
