/* SPDX-License-Identifier: Unlicense */
#include "rme/stack.h"

void rme_serve(void); /* invoke.S */

static word_t *top_of(void *base, word_t bytes)
{
    return (word_t *)(((word_t)base + bytes) & ~(word_t)15);
}

/* A function begins with its return address on the stack, which is aligned to 16 bytes behind that.
 * To return to 0 is a fault. */
word_t rme_stack_prepare(void *base, word_t bytes)
{
    word_t *top = top_of(base, bytes);

    top[-1] = 0;
    return (word_t)(top - 1);
}

word_t rme_stack_prepare_server(void *base, word_t bytes, rme_server_t serve, word_t *entry)
{
    word_t *top = top_of(base, bytes);

    top[-2] = (word_t)serve;
    *entry = (word_t)rme_serve;
    return (word_t)(top - 2);
}
