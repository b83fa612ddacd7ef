/* SPDX-License-Identifier: Unlicense
 *
 * The contract of a port, for a machine that is only data. What tests do with it: drive.c.
 */
#include "arch/host/machine.h"

#include "arch/host/memory.h"
#include "arch/host/state.h"
#include "arch/irq.h"
#include "arch/machine.h"
#include "arch/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Alignas(64) unsigned char host_guests[HOST_GUEST_BYTES];
struct host_machine host_machine;
struct host_cpu host_cpus[HOST_CPUS];
_Thread_local unsigned host_cpu_id;
_Thread_local void (*host_on_stop)(void);
void (*host_on_console)(char c);

unsigned arch_cpu_count(void)
{
    return host_machine.cpu_count;
}

struct cpu *arch_cpu(unsigned id)
{
    return &host_machine.cpus[id];
}

word_t arch_kmem_base(void)
{
    return (word_t)host_kmem;
}

word_t arch_kmem_size(void)
{
    return HOST_KMEM_BYTES;
}

shared_t *arch_kmem_bitmap(void)
{
    return host_bitmap;
}

word_t arch_guest_base(void)
{
    return (word_t)host_guests;
}

word_t arch_guest_size(void)
{
    return HOST_GUEST_BYTES;
}

/* ---- Interrupts ---- */

word_t arch_irq_lines(void)
{
    return HOST_LINES;
}

void arch_irq_mask(word_t line)
{
    host_machine.enabled[line] = false;
}

void arch_irq_unmask(word_t line)
{
    host_machine.enabled[line] = true;
}

bool arch_irq_is_enabled(word_t line)
{
    return host_machine.enabled[line];
}

void arch_irq_end(word_t line)
{
    (void)line;
}

struct irq_binding *arch_irq_table(void)
{
    return host_machine.lines;
}

bool arch_irq_trigger(word_t cpu_id, word_t vector)
{
    if (cpu_id >= host_machine.cpu_count || vector >= HOST_LINES)
        return false;
    host_cpus[cpu_id].pending[vector] = true;
    return true;
}

void arch_cpu_interrupt(unsigned cpu_id)
{
    host_machine.cpus[cpu_id].arch.request_pending = true;
}

/* ---- The rest ---- */

/* Asleep until another CPU has gone on, if the run wills it so. */
void arch_sleep(struct cpu *cpu)
{
    (void)cpu;
    shared_fence();
}

void arch_reboot(void)
{
    if (host_on_stop != NULL)
        host_on_stop();
    printf("reboot\n");
    exit(0);
}

void arch_halt(void)
{
    if (host_on_stop != NULL)
        host_on_stop();
    printf("not ok - the kernel has stopped\n");
    fflush(stdout);
    abort();
}

void arch_console_put(char c)
{
    if (host_on_console != NULL)
        host_on_console(c);
}

sword_t arch_kfunc(struct cpu *cpu, const struct args_kfn *args, const struct capability *cap,
                   word_t *value)
{
    (void)cpu;
    (void)cap;
    (void)args;
    (void)value;
    return STATUS_UNSUPPORTED;
}
