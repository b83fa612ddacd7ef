/* SPDX-License-Identifier: Unlicense
 *
 * Register contexts. A port defines (port/context.h):
 *
 *   struct arch_context     what the kernel keeps of a thread that does not run; first member of
 * the thread object struct arch_return      what a port object keeps of the caller: program counter
 * and stack struct arch_fpu         registers of the FPU that the kernel switches
 *
 * and these functions, inline where they are on the fast paths. `context` belongs to a thread of
 * this CPU that is in the kernel or does not run. None of them touches user memory, but for the
 * guest pair, which is given memory in the guest window. All take constant time.
 *
 *   void arch_context_start(context, entry, stack, param)   registers of a thread that begins; all
 *           others zero, flags clean, user mode
 *   void arch_context_set_result(context, word)             status or result of its system call
 *   void arch_context_set_value(context, word)              second result
 *   word_t arch_context_enter(context, save, entry, stack, param)   activation: keep the way back
 * in *save and begin at the entry; the callee-saved registers cross, no others do. Returns the word
 * for the result register void arch_context_leave(context, save)                  return: the way
 * back from *save; the callee-saved registers cross void arch_context_clear(context) forced return:
 * no register crosses bool arch_context_debug(context, fpu, index, write, word_t *value)   kernel
 * function F801; the value written is made safe; false: no such register. fpu may be NULL
 *
 *   bool arch_attributes_valid(word_t attributes)           whether THD_CRT can make such a thread
 * here void arch_fpu_save(context, fpu), arch_fpu_load(context, fpu)   when the running thread
 * changes; fpu is NULL for a thread without the attribute. Whoever has it finds its own values, or
 *           zeros; whoever has not cannot execute an FPU instruction
 *
 *   word_t arch_guest_bytes(bool has_fpu)                   size of a guest's register area
 *   void arch_guest_save(area, context, fpu)                copy out
 *   void arch_guest_load(area, context, fpu, keep_result)   copy in: each word is read once and
 * what was read is made safe; with keep_result the result in *context is copied out instead
 */
#pragma once

#include <port/context.h>
