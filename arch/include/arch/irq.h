/* SPDX-License-Identifier: Unlicense
 *
 * The interrupt controller. Lines are numbered from 0. Context: in the kernel. Cost of each:
 * constant.
 *
 *  word_t arch_irq_lines(void)
 *      A fact: the lines of this machine.
 *
 *  struct irq_binding *arch_irq_table(void)
 *      A fact: the table of kernel/interrupt.h, one entry a line, zero at boot.
 *
 *  bool arch_irq_is_aware(word_t line)
 *      Whether there is such a line and it enters the kernel; the others are transparent.
 *
 *  bool arch_irq_is_level(word_t line)
 *      A fact: the line stays up until its device is served, so that it would fire for ever if it
 *      stayed unmasked. False where the controller does not tell levels from edges.
 *
 *  void arch_irq_mask(word_t line)
 *  void arch_irq_unmask(word_t line)
 *      Keep a line from firing, let it fire. Before: there is such a line. After mask: it does not
 *      fire any more, once user code runs; nor is anything lost: an edge or a message that comes
 *      while the line is masked fires once when it is unmasked, however many came, and a level if
 *      it is still up.
 *
 *  bool arch_irq_is_enabled(word_t line)
 *      Whether it is unmasked.
 *
 *  void arch_irq_end(word_t line)
 *      The end of an interrupt, for controllers that want to be told; empty where hardware does it.
 *
 *  bool arch_irq_trigger(word_t cpu_id, word_t vector)
 *      Raise a vector on a CPU as if its line had fired. False: no such CPU or vector.
 *
 *  void arch_cpu_interrupt(unsigned cpu_id)
 *      Make that CPU come to entry_request; this CPU, if it is meant, before user code runs again.
 *      Before: the bits of its requests are set.
 */
#pragma once

#include "arch/atomic.h"

/* What a line is bound to (kernel/interrupt.h). */
struct irq_binding {
    shared_t endpoint;
};

#include <port/irq.h>
