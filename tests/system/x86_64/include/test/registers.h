/* SPDX-License-Identifier: Unlicense
 *
 * All registers that user code of an x86-64 can see, filled and read around a call, a fault or a
 * loop, and read at the entry of a thread or port. The FPU's are those of an XSAVE area (SDM volume
 * 1, 13.4), which holds the x87 registers, SSE and AVX.
 */
#pragma once

#include "abi/types.h"

enum { LAB_FPU_BYTES = 832, LAB_FPU_ALIGN = 64 };

/* `pad` puts the FPU's at 192 (registers.S). */
struct lab_registers {
    word_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15, rflags;
    word_t pad[8];
    uint8_t fpu[LAB_FPU_BYTES] __attribute__((aligned(LAB_FPU_ALIGN)));
};

/* Words that tell whose they are; odd and even tags have different flags. The same with the number
 * and words of a call. */
struct lab_registers lab_tagged(word_t tag);
struct lab_registers lab_tagged_call(word_t tag, word_t number, word_t word0, word_t word1,
                                     word_t word2);

/* Word `i` of a call, beyond those; the rounds of lab_registers_loop. */
void lab_set_word(struct lab_registers *registers, unsigned i, word_t word);
void lab_set_rounds(struct lab_registers *registers, word_t rounds);

/* What a call answered. */
sword_t lab_status(const struct lab_registers *out);
word_t lab_value(const struct lab_registers *out);

/* How many registers are not what they must be behind a call, or behind a loop of so many rounds,
 * whoever ran meanwhile. Behind a call the six that it preserves are the caller's, rcx and r11 say
 * where it went on, the value is what the call says, and the rest is zero. */
unsigned lab_call_differs(const struct lab_registers *in, const struct lab_registers *out,
                          word_t part);
unsigned lab_loop_differs(const struct lab_registers *in, const struct lab_registers *out,
                          word_t part);

/* What a thread finds that begins at lab_registers_entry: its parameter, else nothing. */
bool lab_begins_clean(const struct lab_registers *seen, word_t param, word_t part);

/* The FPU's registers: the same, or as a thread begins. */
bool lab_fpu_is_same(const struct lab_registers *one, const struct lab_registers *two);
bool lab_fpu_is_clean(const struct lab_registers *registers);

bool lab_is_zero(const word_t *words, unsigned count);
bool lab_is_same(const word_t *one, const word_t *two, unsigned count);

/* Which of `in` are filled and which of `out` are read: the FPU's only where the thread has it. */
enum { LAB_CORE = 0, LAB_FILL_FPU = 1, LAB_READ_FPU = 2, LAB_WITH_FPU = 3 };

/* Fill from `in`, make the call whose number and words are in it, read into `out`. */
void lab_registers_call(const struct lab_registers *in, struct lab_registers *out, word_t fpu);

/* The same around a loop, with no rounds left in `out` and the flags that go with it. */
void lab_registers_loop(const struct lab_registers *in, struct lab_registers *out, word_t fpu);

/* Fill, then an undefined instruction; a loop without end. */
void lab_registers_fault(const struct lab_registers *in, struct lab_registers *out, word_t fpu);
void lab_registers_hang(const struct lab_registers *in, struct lab_registers *out, word_t fpu);

/* Activation by rme_invoke_word with tags in all callee-saved registers: its status, or LAB_CHANGED
 * if one of them, or the stack pointer, is another behind it. */
enum { LAB_CHANGED = 1 };
sword_t lab_invoke_keeping(word_t port, word_t param, word_t *value);

/* An entry: reads into lab_at_entry, then calls lab_behind_entry(param). lab_entry_fpu says whether
 * the FPU is read too. */
void lab_registers_entry(word_t param);
extern struct lab_registers lab_at_entry;
extern word_t lab_entry_fpu;
extern void (*lab_behind_entry)(word_t param);
