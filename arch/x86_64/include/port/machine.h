/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/machine.h.
 */
#pragma once

#include "abi/calls.h"
#include "config.h"
#include "kernel/compiler.h"

struct cpu;
struct capability;

/* The first CPU's record. */
struct cpu *port_boot_cpu(void);

/* smp.c: the records of all CPUs that came up. Does not change once the first process is made. */
extern struct cpu *port_cpus[CONFIG_CPUS_MAX];
extern unsigned port_cpu_count;

static inline unsigned arch_cpu_count(void)
{
    return CONFIG_CPUS_MAX == 1 ? 1 : port_cpu_count;
}

static inline struct cpu *arch_cpu(unsigned id)
{
    return CONFIG_CPUS_MAX == 1 ? port_boot_cpu() : port_cpus[id];
}

void arch_sleep(struct cpu *cpu);
NORETURN void arch_reboot(void);
NORETURN void arch_halt(void);
void arch_console_put(char c);
sword_t arch_kfunc(struct cpu *cpu, const struct args_kfn *args, const struct capability *cap,
                   word_t *value);
