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

/* ---- Address spaces ---- */

/* Region by region, as through registers: another CPU may change the image meanwhile, which the
 * version tells afterwards. ThreadSanitizer would not believe that. */
__attribute__((no_sanitize("thread"))) static void copy(struct arch_mpu_region *to,
                                                        const struct arch_mpu_region *from)
{
    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++) {
        host_run_point(&from[i], false);
        to[i].rbar = from[i].rbar;
        to[i].rasr = from[i].rasr;
    }
}

/* The image with its version on both sides: one that another CPU is changing grants nothing. */
static void load_image(struct host_cpu *hardware, word_t space)
{
    const struct arch_mpu_region *image = (const struct arch_mpu_region *)space;
    const shared_t *version = (const shared_t *)(image + ARCH_MPU_REGIONS);
    word_t before = shared_load_acquire(version);

    if ((before & 1) == 0)
        copy(hardware->image, image);
    shared_fence();
    if ((before & 1) == 0 && shared_load(version) == before)
        return;
    for (unsigned i = 0; i < ARCH_MPU_REGIONS; i++)
        arch_mpu_clear(&hardware->image[i], i);
}

void arch_space_load(word_t space)
{
    host_loaded = space;
    if (!CONFIG_RAW)
        load_image(&host_cpus[host_cpu_id], space);
}

word_t arch_space_boot(void)
{
    return (word_t)host_guests; /* any word does */
}

void arch_space_flush(void)
{
    host_flushes++;
    if (!CONFIG_RAW && host_loaded != 0)
        load_image(&host_cpus[host_cpu_id], host_loaded);
}

bool arch_mpu_holds(const struct arch_mpu_region *region, unsigned index)
{
    const struct arch_mpu_region *held = &host_cpus[host_cpu_id].image[index];

    return held->rbar == region->rbar && held->rasr == region->rasr;
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
