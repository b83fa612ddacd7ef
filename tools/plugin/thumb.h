/* SPDX-License-Identifier: Unlicense
 *
 * What one Thumb instruction costs on a Cortex-M4 with memory that never waits: an estimate.
 *
 * Two models. MODEL_TRM follows the instruction table and the pairing rules of Arm DDI 0439
 * (Cortex-M4 TRM) 3.3.1 to 3.3.3. MODEL_FLAT is the coarser one by which the goals and the figures
 * of the original system were obtained: a load after a load always pipelines, addresses never
 * wait, every barrier takes 4, MLA 2. Figures compare only within one model.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum thumb_model { MODEL_TRM, MODEL_FLAT, MODELS };

/* Fixed costs that belong to no single instruction. */
enum {
    THUMB_REFILL = 2, /* taken branch: 1 to 3 by the TRM */
    THUMB_ENTRY = 12, /* exception entry */
    THUMB_EXIT = 10,  /* exception return */
    THUMB_TAIL = 6,   /* tail-chaining from one exception into the next */
};

enum thumb_kind {
    KIND_PLAIN,
    KIND_ALU,       /* writes `dest` in the execute stage: an address made of it waits */
    KIND_LOAD,      /* one register */
    KIND_EXCLUSIVE, /* LDREX, STREX */
    KIND_STORE,     /* one register */
    KIND_MULTI,     /* several registers: pairs with nothing */
    KIND_BRANCH,    /* direct, may fall through */
    KIND_JUMP,      /* through a register or a table */
    KIND_RETURN,    /* BX LR or a load of PC from the stack; perhaps an exception return */
};

struct thumb {
    uint8_t cycles[MODELS]; /* alone, a branch not taken */
    uint8_t kind;           /* enum thumb_kind */
    uint16_t dest, address; /* masks of the registers written, and of those that form the address */
};

/* Size of the instruction that begins with this half word: 2 or 4. */
static inline unsigned int thumb_size(uint16_t first)
{
    return first >> 11 >= 0x1D ? 4 : 2;
}

static inline bool thumb_can_jump(const struct thumb *thumb)
{
    return thumb->kind >= KIND_BRANCH;
}

/* `second` is ignored for an instruction of 2 bytes. */
struct thumb thumb_decode(uint16_t first, uint16_t second);

/* Cycles of `thumb` when it directly follows `before` without a jump. */
unsigned int thumb_cycles(const struct thumb *thumb, const struct thumb *before,
                          enum thumb_model model);
