/* SPDX-License-Identifier: Unlicense
 *
 * The one way out of the kernel, and the hot half of a call. A port jumps from its entry to
 * entry_<name>(cpu, self, word0, word1) for a hot call, else to syscall_cold(cpu, self). Each port
 * leaves the kernel in its own best way, while the source of the handlers is one.
 *
 *   ARCH_HOT_CALL(name, half)     defines entry_<name> around `struct outcome half(cpu, self, word0,
 *                                 word1)`, which is inlined. A cold outcome goes on to
 *                                 syscall_cold(cpu, self). Any other is carried out by schedule_commit:
 *                                 LEAVE_PLAIN resumes outcome.next, LEAVE_SPACE does so after
 *                                 arch_space_load, LEAVE_SPECIAL goes on to leave_special
 *   ARCH_EXIT                     type of the functions that leave the kernel
 *   ARCH_LEAVE(cpu, thread)       resume `thread`, which is cpu->current, in the space that is loaded
 *   ARCH_LEAVE_SPACE(cpu, thread, space)   the same after arch_space_load(space)
 *   ARCH_GO_ON(exit)              end a function of type ARCH_EXIT by a call of another
 *   const void *arch_call_args(cpu, self)   the block of words of the running call, number first
 */
#pragma once

#include <port/exit.h>
