/* SPDX-License-Identifier: Unlicense
 *
 * The machine as functions, for a port that has nothing simpler: arch/include/arch/machine.h.
 */
#pragma once

#include "abi/calls.h"
#include "kernel/compiler.h"

struct cpu;
struct capability;

unsigned arch_cpu_count(void);
struct cpu *arch_cpu(unsigned id);
void arch_sleep(struct cpu *cpu);
NORETURN void arch_reboot(void);
NORETURN void arch_halt(void);
void arch_console_put(char c);
sword_t arch_kfunc(struct cpu *cpu, const struct args_kfn *args, const struct capability *cap,
                   word_t *value);
