/* SPDX-License-Identifier: Unlicense
 *
 * What must hold of the kernel's state between any two calls. Looks at all of kernel memory from
 * the boot table down; the host's machine must be at rest.
 */
#pragma once

/* NULL, or what is wrong. */
const char *invariants_broken(void);

/* The same for the MPU of one CPU, where no other CPU has changed its table since its last tick. */
struct cpu;
const char *invariants_hardware_broken(const struct cpu *cpu);
