/* SPDX-License-Identifier: Unlicense
 *
 * The one way out of the kernel. A port jumps from its entry to entry_<handler>(cpu, self, word0,
 * word1) for a hot call (abi/call_list.h), else to syscall_cold(cpu, self); for interrupts and
 * faults to the doors of kernel/entry.h. All of them leave by one of these; each port in its own
 * best way, while the source of the kernel is one.
 *
 *   ARCH_EXIT                              type of the functions that leave the kernel
 *   ARCH_LEAVE(cpu, thread)                end such a function: resume `thread`, which is
 *                                          cpu->current, in the space that is loaded
 *   ARCH_LEAVE_SPACE(cpu, thread, space)   the same after arch_space_load(space)
 *   ARCH_GO_ON(exit, cpu, self)            end it by a call of another such function
 *   ARCH_GO_ON_WITH(exit, cpu, self, third)
 *   ARCH_START_OVER(exit, cpu, self...)    the same with the arguments of this function, nothing
 *                                          having changed since the port jumped to it
 *   const void *arch_call_args(cpu, self)  the block of words of the running call, number first
 */
#pragma once

#include <port/exit.h>
