/* SPDX-License-Identifier: Unlicense */
#include "rme/stack.h"

void rme_begin(void); /* call.S */
void rme_serve(void); /* invoke.S */

/* Arm DDI 0403E, B1.5.6: r0-r3, r12, lr, pc, xPSR. */
enum { FRAME_WORDS = 8, FRAME_LR = 5, FRAME_PC = 6, FRAME_XPSR = 7, XPSR_THUMB = 1 << 24 };

static word_t prepare(void *base, word_t bytes, word_t begin, word_t end)
{
    word_t top = ((word_t)base + bytes) & ~(word_t)7;
    word_t *frame = (word_t *)top - FRAME_WORDS;

    for (unsigned i = 0; i < FRAME_WORDS; i++)
        frame[i] = 0;
    frame[FRAME_LR] = end;
    frame[FRAME_PC] = begin & ~(word_t)1;
    frame[FRAME_XPSR] = XPSR_THUMB;
    return (word_t)frame;
}

word_t rme_stack_prepare_for(const struct rme_stubs *stubs, void *base, word_t bytes)
{
    return prepare(base, bytes, stubs->begin, stubs->end);
}

word_t rme_stack_prepare_server_for(const struct rme_stubs *stubs, void *base, word_t bytes,
                                    word_t serve, word_t *entry)
{
    *entry = serve;
    return prepare(base, bytes, stubs->serve, 0);
}

word_t rme_stack_prepare(void *base, word_t bytes)
{
    return prepare(base, bytes, (word_t)rme_begin, 0);
}

word_t rme_stack_prepare_server(void *base, word_t bytes, rme_server_t serve, word_t *entry)
{
    *entry = (word_t)serve;
    return prepare(base, bytes, (word_t)rme_serve, 0);
}
