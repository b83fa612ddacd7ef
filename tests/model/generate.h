/* SPDX-License-Identifier: Unlicense
 *
 * What happens next, chosen by the state of the model: most calls are valid or nearly so.
 */
#pragma once

#include "tests/model/model.h"

enum step_kind {
    STEP_CALL,
    STEP_ADVANCE,
    STEP_INTERRUPT,
    STEP_FAULT,
    STEP_USER,
    STEP_AREA,
    STEP_POKE
};

/* CALL: number and its words. ADVANCE: counts. INTERRUPT: line. FAULT: cause, address,
 * access, second address.
 * USER: the running thread writes its registers. AREA: a guest's monitor writes word 0 of the
 * window := word 1. POKE: the counter of the endpoint in the slot at offset word 0 of kernel memory
 * becomes word 1, as if other CPUs had sent. */
struct step {
    enum step_kind kind;
    bool is_hot;
    word_t number, words[7];
};

struct profile {
    bool is_tiny;
    word_t priorities, entries, memory; /* memory: bytes of it that are used */
};

extern struct profile profile;

void generate_begin(uint64_t seed);
struct step generate_step(void);
