/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/machine.h.
 */
#pragma once

#include "abi/calls.h"
#include "kernel/compiler.h"

struct cpu;
struct capability;

/* start.c: the first CPU's record. */
struct cpu *port_boot_cpu(void);

static inline unsigned arch_cpu_count(void)
{
    return 1;
}

static inline struct cpu *arch_cpu(unsigned id)
{
    (void)id;
    return port_boot_cpu();
}

void arch_sleep(struct cpu *cpu);
NORETURN void arch_reboot(void);
NORETURN void arch_halt(void);
void arch_console_put(char c);
sword_t arch_kfunc(struct cpu *cpu, const struct args_kfn *args, const struct capability *cap,
                   word_t *value);
