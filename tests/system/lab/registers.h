/* SPDX-License-Identifier: Unlicense
 *
 * All registers that user code of an ARMv7-M can see, filled and read around a call, a fault or a
 * loop, and read at the entry of a thread or port.
 */
#pragma once

#include "abi/types.h"

struct lab_registers {
    word_t r[13];
    word_t lr, apsr;
    word_t s[32], fpscr;
};

/* Which of `in` are filled and which of `out` are read: the FPU's only where the thread has it. */
enum { LAB_CORE = 0, LAB_FILL_FPU = 1, LAB_READ_FPU = 2, LAB_WITH_FPU = 3 };

/* Fill from `in`, make the call whose number and words are in r4 and behind, read into `out`. */
void lab_registers_call(const struct lab_registers *in, struct lab_registers *out, word_t fpu);

/* The same around r3 rounds of a loop, with r3 = 0 in `out` and the flags that go with it. */
void lab_registers_loop(const struct lab_registers *in, struct lab_registers *out, word_t fpu);

/* Fill, then an undefined instruction; a loop without end. */
void lab_registers_fault(const struct lab_registers *in, struct lab_registers *out, word_t fpu);
void lab_registers_hang(const struct lab_registers *in, struct lab_registers *out, word_t fpu);

/* An entry: reads into lab_at_entry, then calls lab_behind_entry(param). lab_entry_fpu says whether
 * the FPU is read too. */
void lab_registers_entry(word_t param);
extern struct lab_registers lab_at_entry;
extern word_t lab_entry_fpu;
extern void (*lab_behind_entry)(word_t param);
