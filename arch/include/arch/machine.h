/* SPDX-License-Identifier: Unlicense
 *
 * The machine as a whole. Context: in the kernel.
 *
 *  unsigned arch_cpu_count(void)
 *      A fact: the CPUs that run, 1 to CONFIG_CPUS_MAX. They are numbered from 0.
 *
 *  struct cpu *arch_cpu(unsigned id)
 *      The record of a CPU. Before: id is below arch_cpu_count(). Cost: constant.
 *
 *  void arch_sleep(struct cpu *cpu)
 *      Wait until an interrupt is pending for this CPU, and do not take it. May return early. The
 *      caller has marked the CPU as offline. Cost: none while others could use the CPU.
 *
 *  NORETURN void arch_reboot(void)
 *      Reset the machine.
 *
 *  NORETURN void arch_halt(void)
 *      Stop for ever, behind a panic. Tells an emulator, where there is a way.
 *
 *  void arch_console_put(char c)
 *      Debug builds: one character on the console. Drops it when the device stays busy for a
 *      bounded time. A release build never calls it. One CPU at a time, except in a panic.
 *
 *  sword_t arch_kfunc(struct cpu *cpu, const struct args_kfn *args,
 *                     const struct capability *cap, word_t *value)
 *      The kernel functions that only the port knows: caches, monitors, the I/O space. Before: the
 *      capability was tested for the function and its first argument. Returns the status or result;
 *      *value becomes the second result. UNSUPPORTED for all that it has not, nothing having
 *      changed. Cost: constant.
 *
 * What the first process may map is not asked here: the port's start code gives it to boot_first()
 * (kernel/boot.h, struct boot_memory).
 */
#pragma once

#include <port/machine.h>
