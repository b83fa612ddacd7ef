/* SPDX-License-Identifier: Unlicense
 *
 * Register contexts. A port defines the types
 *
 *  struct arch_context         what the kernel keeps of a thread that does not run; the first
 *                              member of the thread object, so that entry code finds it there
 *  struct arch_registers       more of it, which few calls use: it lies behind what the others use
 *                              of the object, where near words take shorter instructions; or empty
 *  struct arch_return          what an invocation port keeps of the caller: where it goes on
 *  struct arch_fpu             the FPU registers that the kernel switches; behind the thread object
 *                              of a thread that has the attribute
 *  struct arch_fault_story     what a fault was, for debug builds: text `what`, words `pc` and
 *                              `stack`, and `is_stack` where the stack itself was at fault
 *
 * Context of all functions here: in the kernel; `context` belongs to a thread of this CPU that is
 * in the kernel or does not run. None touches user memory, but for arch_fault_story, which reads
 * with the user's own rights, and the guest pair, which is given memory of the guest window. Inline
 * where they are on the fast paths. Cost: constant, the number of registers.
 *
 *  void arch_context_start(context, word_t entry, word_t stack, word_t param)
 *      A thread that begins. After: it will run at entry with that stack and parameter in user
 *      mode, flags clean, interrupts on, every other register 0.
 *
 *  void arch_context_set_result(context, word_t word)
 *  void arch_context_set_value(context, word_t word)
 *      Status or result of its system call, and the second result.
 *
 *  word_t arch_context_enter(context, struct arch_return *save, word_t entry, word_t stack,
 *                            word_t param)
 *      Activation. After: *save is the way back; the thread will run at entry as if it began, but
 *      with the callee-saved registers of before, and no others. Returns the word that belongs into
 *      the result register; the caller of this function puts it there.
 *
 *  void arch_context_leave(context, const struct arch_return *save)
 *      Return. After: the thread will go on behind its activation, with the callee-saved registers
 *      of the callee, and no others. Before: save was filled by arch_context_enter.
 *
 *  void arch_context_clear(context)
 *      Forced return, before arch_context_leave. After: no register of the callee crosses.
 *
 *  bool arch_context_debug(context, struct arch_fpu *fpu, word_t index, bool write, word_t *value)
 *      DEBUG_REG_MOD: read or write register `index`, numbered by the port. fpu may be NULL. After:
 *      true, and the value was made safe before it was written; or false, nothing has changed and
 *      there is no such register.
 *
 *  struct arch_fault_story arch_fault_story(const context, word_t cause)
 *      Debug builds: the words for fault->cause, which this port made. Context: behind a fault.
 *
 *  bool arch_attributes_valid(word_t attributes)
 *      A fact: whether THD_CRT can make a thread with these attributes on this machine.
 *
 *  void arch_fpu_init(struct arch_fpu *fpu)
 *      Registers of a thread that begins: zeros, default control word.
 *
 *  void arch_fpu_save(const context, struct arch_fpu *fpu)
 *  void arch_fpu_load(const context, const struct arch_fpu *fpu)
 *      The running thread changes: from the one that has run, to the one that will. fpu is NULL for
 *      a thread without the attribute. After: who has it finds its own values; who has not cannot
 *      execute an FPU instruction. Called only when one of the two has the attribute.
 *
 *  word_t arch_guest_bytes(bool has_fpu)
 *      A fact: the size of a guest's register area.
 *
 *  void arch_guest_save(void *area, const context, const struct arch_fpu *fpu)
 *  void arch_guest_load(void *area, context, struct arch_fpu *fpu, bool keep_result)
 *      Copy a guest's registers out and in. Before: the area is aligned to a word and lies in the
 *      window. The guest may write to it at any time: load reads each word once, and makes what it
 *      read safe. With keep_result the result in *context is copied out instead of in. fpu may be
 *      NULL.
 */
#pragma once

#include <port/context.h>
