/* SPDX-License-Identifier: Unlicense
 *
 * Kernel functions: what a system needs of the machine beside the objects. One capability
 * authorises a range of functions and a range of their first argument. The second table of
 * abi/calls.toml lists them; those that depend on the machine are the port's (arch_kfunc).
 */
#pragma once

#include "kernel/schedule.h"

/* Boot: a capability to every function and argument. */
void kfunc_boot(struct capability *slot);
