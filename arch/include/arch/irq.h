/* SPDX-License-Identifier: Unlicense
 *
 * The interrupt controller. Lines are numbered from 0 to arch_irq_lines() - 1.
 *
 *   word_t arch_irq_lines(void)                     lines of this machine
 *   bool   arch_irq_is_aware(line)                  it is one, and enters the kernel
 *   void   arch_irq_mask(line), arch_irq_unmask(line)
 *   bool   arch_irq_is_enabled(line)
 *   void   arch_irq_end(line)                       end of interrupt; empty where hardware does it
 *   struct irq_binding *arch_irq_table(void)        the table of interrupt.h; sized by the chip
 *   bool   arch_irq_trigger(cpu_id, vector)         raise a vector on a CPU; false: no such vector
 *   void   arch_cpu_interrupt(cpu_id)               make that CPU look at its requests; on this CPU
 *                                                   before user code runs again
 */
#pragma once

#include "arch/atomic.h"

/* What a line is bound to (kernel/interrupt.h). */
struct irq_binding {
    shared_t endpoint;
};

#include <port/irq.h>
