/* SPDX-License-Identifier: Unlicense
 *
 * The machine as a whole.
 *
 *   unsigned arch_cpu_count(void)          CPUs that run; 1 to CONFIG_CPUS_MAX
 *   struct cpu *arch_cpu(unsigned id)
 *   void arch_sleep(cpu)                   wait until an interrupt is pending; bounded by the timer
 *   NORETURN void arch_reboot(void)
 *   NORETURN void arch_halt(void)          after a panic; reports the end to an emulator
 *   void arch_console_put(char c)          debug console; bounded wait, drops what cannot go
 *   sword_t arch_kfunc(cpu, args, word_t *value)   the port's kernel functions: caches, monitors;
 *                                          STATUS_UNSUPPORTED for the rest
 *   const struct arch_range *arch_ranges(unsigned *count)   memory and devices for the first
 * process
 */
#pragma once

#include <port/machine.h>
