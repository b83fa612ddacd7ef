/* SPDX-License-Identifier: Unlicense
 *
 * Interrupt lines bound to signal endpoints. Delivery masks the line, ends it and adds one signal;
 * the driver serves the device and unmasks by a kernel function, which is its acknowledgement.
 * Lines bound as edge (or message-signalled) stay unmasked, but for one that the hardware has as a
 * level: it would fire for ever. One word for each line: the endpoint's
 * root slot, its lowest bit the edge mark; changed by compare-exchange (hazard H14); it counts on
 * the endpoint.
 */
#pragma once

#include "arch/irq.h"
#include "kernel/wake.h"

enum { IRQ_EDGE = 1 };

/* A line has fired on this CPU. An unbound one is masked and counted. */
void interrupt_deliver(struct cpu *cpu, word_t line);

/* The same, hot: the driver waits, alone, and runs at once; the line is no level, which only the
 * controller itself can mask. */
ALWAYS_INLINE struct outcome interrupt_deliver_hot(struct cpu *cpu, struct thread *self,
                                                   word_t line)
{
    word_t binding = shared_load_acquire(&arch_irq_table()[line].endpoint);
    struct capability *endpoint = (struct capability *)binding;
    struct outcome outcome;
    struct thread *waiter;

    if (UNLIKELY(binding == 0 || (binding & IRQ_EDGE) != 0 || arch_irq_is_level(line)))
        return outcome_cold();
    arch_irq_mask(line); /* which is done once more if the case turns out to be cold */
    if (UNLIKELY(!shared_is(&endpoint->signal.count, 0)))
        return outcome_cold();
    waiter = local_waiter(cpu, endpoint);
    if (UNLIKELY(waiter == NULL))
        return outcome_cold();
    outcome = wake_higher(cpu, self, endpoint, waiter);
    if (!outcome.is_cold)
        arch_irq_end(line);
    return outcome;
}

/* Bind a line to an endpoint, or unbind it with NULL. STATE: bound otherwise, or not bound.
 * CONFLICT. */
MUST_CHECK enum status interrupt_bind(word_t line, struct capability *endpoint, bool is_edge);
