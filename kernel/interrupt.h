/* SPDX-License-Identifier: Unlicense
 *
 * Interrupt lines bound to signal endpoints. Delivery masks the line, ends it and adds one signal;
 * the driver serves the device and unmasks by a kernel function, which is its acknowledgement.
 * Lines bound as edge (or message-signalled) stay unmasked. One word for each line: the endpoint's
 * root slot, its lowest bit the edge mark; changed by compare-exchange (hazard H14); it counts on
 * the endpoint.
 */
#pragma once

#include "arch/irq.h"
#include "kernel/schedule.h"

enum { IRQ_EDGE = 1 };

struct irq_binding {
    shared_t endpoint;
};

/* A line has fired on this CPU. An unbound one is masked and counted. */
void interrupt_deliver(struct cpu *cpu, word_t line);

/* Bind a line to an endpoint, or unbind it with NULL. STATE: bound otherwise, or not bound.
 * CONFLICT. */
MUST_CHECK enum status interrupt_bind(word_t line, struct capability *endpoint, bool is_edge);
