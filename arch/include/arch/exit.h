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
 *  ARCH_HOT_PARAMS(cpu, self, word0, word1)
 *  ARCH_TAIL_PARAMS(cpu, self, third)
 *      The parameters of entry_<handler>, and of those exits that others go on with, in the order
 * in which the port has them in registers.
 *
 *  ARCH_CALLS_DIRECTLY
 *      A fact: whether the port enters direct_<handler> for the calls of kernel/direct.h. It saves
 * no registers then, and goes on in syscall_cold where the result is RESULT_NONE.
 *
 *  ARCH_LEAVE(cpu, thread)
 *      End such a function: resume `thread`, which is cpu->current, in the space that is loaded.
 *      After: user code runs with the thread's registers; the kernel stack is empty.
 *
 *  ARCH_SET_ENTERED(self, word)
 *      arch_context_set_result in the hot half of an activation or a return; nothing where the way
 * out behind those knows the word.
 *
 *  ARCH_STAY(cpu, self)
 *  ARCH_STAY_SPACE(cpu, self, space)
 *      The same behind a hot half: the caller goes on; behind arch_space_load(space).
 *
 *  ARCH_SWITCH(cpu, self, next)
 *  ARCH_SWITCH_SPACE(cpu, self, next, space)
 *      The same behind a hot half: `next` runs, which is not the caller.
 *
 *  ARCH_GO_ON(exit, cpu, self)
 *  ARCH_GO_ON_WITH(exit, cpu, self, third)
 *      End it by a call of another such function; the second form, with ARCH_TAIL_PARAMS.
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
