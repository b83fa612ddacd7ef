/* SPDX-License-Identifier: Unlicense
 *
 * The one way out of the kernel. A port jumps from its entry to entry_<handler>(cpu, self, word0,
 * word1) for a hot call (abi/call_list.h), else to syscall_cold(cpu, self); for interrupts and
 * faults to the doors of kernel/entry.h. All of them are of the type ARCH_EXIT and end in one of
 * the macros below; each port in its own best way, while the source of the kernel is one.
 *
 *  ARCH_EXIT
 *      The type of a function that leaves the kernel: noreturn void, or the thread to resume.
 *
 *  ARCH_LEAVE(cpu, thread)
 *      End such a function: resume `thread`, which is cpu->current, in the space that is loaded.
 *      After: user code runs with the thread's registers; the kernel stack is empty.
 *
 *  ARCH_LEAVE_SPACE(cpu, thread, space)
 *      The same behind arch_space_load(space).
 *
 *  ARCH_GO_ON(exit, cpu, self)
 *  ARCH_GO_ON_WITH(exit, cpu, self, third)
 *      End it by a call of another such function.
 *
 *  ARCH_START_OVER(exit, cpu, self...)
 *      The same with the arguments of this function. Before: nothing has changed since the port
 *      jumped to it.
 *
 *  ARCH_GO_COLD(cpu, self, number, word0, word1)
 *      The same in syscall_cold: of the hot call `number`, with its words.
 *
 *  ARCH_GO_SLOWLY(exit, cpu, self, next)
 *      End it by another such function that must find the registers of self in its context, and
 *      those of next will be looked for there. For a port that has left them elsewhere till now.
 *
 *  const void *arch_call_args(cpu, self)
 *      The words of the running call, number first: eight of them, as user code left them. Valid
 *      until a result is set. Context: in a call. Cost: none.
 */
#pragma once

#include <port/exit.h>
