/* SPDX-License-Identifier: Unlicense */
#include "rme/stack.h"

void rme_serve(void); /* invoke.S */

static word_t *top_of(void *base, word_t bytes)
{
    return (word_t *)(((word_t)base + bytes) & ~(word_t)15);
}

/* A function begins with its return address on the stack, which is aligned to 16 bytes behind that.
 * To return to 0 is a fault. */
word_t rme_stack_prepare_for(const struct rme_stubs *stubs, void *base, word_t bytes)
{
    word_t *top = top_of(base, bytes);

    top[-1] = stubs->end;
    return (word_t)(top - 1);
}

word_t rme_stack_prepare_server_for(const struct rme_stubs *stubs, void *base, word_t bytes,
                                    word_t serve, word_t *entry)
{
    word_t *top = top_of(base, bytes);

    top[-2] = serve;
    *entry = stubs->serve;
    return (word_t)(top - 2);
}

word_t rme_stack_prepare(void *base, word_t bytes)
{
    const struct rme_stubs own = {0, 0, (word_t)rme_serve};

    return rme_stack_prepare_for(&own, base, bytes);
}

word_t rme_stack_prepare_server(void *base, word_t bytes, rme_server_t serve, word_t *entry)
{
    const struct rme_stubs own = {0, 0, (word_t)rme_serve};

    return rme_stack_prepare_server_for(&own, base, bytes, (word_t)serve, entry);
}
