/* SPDX-License-Identifier: Unlicense
 *
 * What the port keeps beside kernel memory; one structure, so that a test can save it.
 */
#pragma once

#include "arch/host/machine.h"
#include "kernel/interrupt.h"

struct host_machine {
    unsigned cpu_count;
    struct cpu cpus[HOST_CPUS];
    struct irq_binding lines[HOST_LINES];
    _Atomic bool enabled[HOST_LINES]; /* at the interrupt controller */
};
extern struct host_machine host_machine;
