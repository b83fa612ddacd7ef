/* SPDX-License-Identifier: Unlicense */
#include "kernel/interrupt.h"

#include "kernel/report.h"
#include "kernel/signal.h"

static void note_stray(struct cpu *cpu, word_t line)
{
    cpu->stray_interrupts++;
    if (!CONFIG_DEBUG)
        return;
    report_text(cpu, "an interrupt that nobody has bound: line ");
    report_decimal(cpu, line);
    report_text(cpu, "\n");
    report_drain(cpu);
}

void interrupt_deliver(struct cpu *cpu, word_t line)
{
    word_t binding = shared_load_acquire(&arch_irq_table()[line].endpoint);

    if ((binding & IRQ_EDGE) == 0 || arch_irq_is_level(line))
        arch_irq_mask(line);
    arch_irq_end(line);
    if (UNLIKELY(binding == 0)) {
        note_stray(cpu, line);
        return;
    }
    signal_post(cpu, (struct capability *)(binding & ~(word_t)IRQ_EDGE));
}

enum status interrupt_bind(word_t line, struct capability *endpoint, bool is_edge)
{
    struct irq_binding *binding = &arch_irq_table()[line];
    word_t old = shared_load(&binding->endpoint);
    word_t new = endpoint == NULL ? 0 : (word_t)endpoint | (is_edge ? IRQ_EDGE : 0);

    if ((old == 0) == (new == 0))
        return STATUS_STATE;
    if (endpoint != NULL)
        cap_hold(endpoint);
    else
        arch_irq_mask(line); /* nobody is left to serve it */
    if (!shared_cas(&binding->endpoint, old, new)) {
        if (endpoint != NULL)
            cap_drop(endpoint);
        return STATUS_CONFLICT;
    }
    if (old != 0)
        cap_drop((struct capability *)(old & ~(word_t)IRQ_EDGE));
    return STATUS_OK;
}
