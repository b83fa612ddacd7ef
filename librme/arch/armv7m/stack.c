/* SPDX-License-Identifier: Unlicense */
#include "rme/stack.h"

/* call.S */
void rme_begin(void);

/* Arm DDI 0403E, B1.5.6: r0-r3, r12, lr, pc, xPSR. */
enum { FRAME_WORDS = 8, FRAME_PC = 6, FRAME_XPSR = 7, XPSR_THUMB = 1 << 24 };

word_t rme_stack_prepare(void *base, word_t bytes)
{
    word_t top = ((word_t)base + bytes) & ~(word_t)7;
    word_t *frame = (word_t *)top - FRAME_WORDS;

    for (unsigned i = 0; i < FRAME_WORDS; i++)
        frame[i] = 0;
    frame[FRAME_PC] = (word_t)rme_begin & ~(word_t)1;
    frame[FRAME_XPSR] = XPSR_THUMB;
    return (word_t)frame;
}
