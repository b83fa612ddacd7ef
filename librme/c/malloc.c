/* SPDX-License-Identifier: Unlicense
 *
 * The heap of the process, which the linker script has, in blocks (rme/blocks.h).
 */
#include "rme/blocks.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern unsigned char rme_heap[], rme_heap_end[];

static struct rme_blocks *heap(void)
{
    static struct rme_blocks blocks;
    static bool has_begun;

    if (!has_begun)
        rme_blocks_start(&blocks, rme_heap, (uintptr_t)rme_heap_end - (uintptr_t)rme_heap);
    has_begun = true;
    return &blocks;
}

static void *or_error(void *block)
{
    if (block == NULL)
        errno = ENOMEM;
    return block;
}

void *malloc(size_t bytes)
{
    return or_error(rme_blocks_take(heap(), bytes));
}

void *calloc(size_t count, size_t bytes)
{
    size_t all;
    void *block = NULL;

    if (!__builtin_mul_overflow(count, bytes, &all))
        block = malloc(all);
    return block != NULL ? memset(block, 0, all) : or_error(NULL);
}

void *realloc(void *block, size_t bytes)
{
    return block == NULL ? malloc(bytes) : or_error(rme_blocks_resize(heap(), block, bytes));
}

void free(void *block)
{
    rme_blocks_give(heap(), block);
}
