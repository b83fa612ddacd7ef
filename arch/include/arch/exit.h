/* SPDX-License-Identifier: Unlicense
 *
 * The one way out of the kernel. A hot handler returns a struct outcome; the port publishes it as
 * the function that its entry jumps to, so that each port leaves the kernel in its own best way
 * while the source of the handlers is one.
 *
 *   ARCH_PUBLISH_HOT(name, handler)   defines entry_<name>(cpu, self, word0, word1) around a
 *                                 `struct outcome handler(cpu, self, word0, word1)` that is
 * inlined, and carries the outcome out by schedule_commit ARCH_PUBLISH_COLD(name, handler)  the
 * same, out of line and small ARCH_PUBLISH(name, handler, cold) the same as HOT, and goes on to
 * entry_<cold> where the outcome is cold ARCH_EXIT                     type of the functions that
 * leave the kernel ARCH_LEAVE(cpu, thread)       resume `thread`, which is cpu->current, in the
 * space that is loaded const void *arch_call_args(cpu, self)   the block of words of the running
 * call, number first
 */
#pragma once

#include <port/exit.h>
