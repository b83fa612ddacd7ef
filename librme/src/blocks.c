/* SPDX-License-Identifier: Unlicense
 *
 * A block begins with one word, its size, whose lowest bits say whether it is free and whether the
 * block below is. While it is free two links follow, and its last word is its size again, by which
 * the block above finds it. All of this is two-level segregated fit (Masmano and others, 2004).
 */
#include "rme/blocks.h"

#include "rme/string.h"

#include <stdalign.h>

struct rme_block {
    size_t size; /* of all, this word included, and IS_FREE and BELOW_IS_FREE */
    struct rme_block *next, *previous; /* in its list, while it is free */
};

enum {
    IS_FREE = 1,
    BELOW_IS_FREE = 2,
    FLAGS = 3,
    WORD = sizeof(size_t),
    ALIGN = alignof(max_align_t) > 2 * sizeof(size_t) ? 2 * sizeof(size_t) : alignof(max_align_t),
    SMALLEST = 4 * WORD,
    COLUMNS = RME_BLOCKS_COLUMNS,
    COLUMN_BITS = 3,
    ROW_0 = ALIGN * COLUMNS, /* smaller ones stand in row 0, each size in a column of its own */
    TRIES = 8,
};

static const size_t largest = (size_t)1 << 30;

struct place {
    unsigned row, column;
};

static size_t size_of(const struct rme_block *block)
{
    return block->size & ~(size_t)FLAGS;
}

static struct rme_block *at(struct rme_block *block, size_t offset)
{
    return (struct rme_block *)(void *)((char *)block + offset);
}

static struct rme_block *above(struct rme_block *block)
{
    return at(block, size_of(block));
}

static struct rme_block *below(struct rme_block *block)
{
    return (struct rme_block *)(void *)((char *)block - ((const size_t *)block)[-1]);
}

static struct rme_block *block_of(void *memory)
{
    return (struct rme_block *)(void *)((char *)memory - WORD);
}

static void *memory_of(struct rme_block *block)
{
    return (char *)block + WORD;
}

/* The highest bit of a number that is not 0. */
static unsigned log_of(size_t number)
{
    return (unsigned)(sizeof(long long) * 8 - 1) - (unsigned)__builtin_clzll(number);
}

/* Where a block of this size stands. */
static struct place place_of(size_t size)
{
    unsigned log;

    if (size < ROW_0)
        return (struct place){0, (unsigned)(size / ALIGN)};
    log = log_of(size);
    return (struct place){log - log_of(ROW_0) + 1,
                          (unsigned)(size >> (log - COLUMN_BITS)) & (COLUMNS - 1)};
}

/* ---- Lists ---- */

/* It is free from now on, and both neighbours know it by its size. */
static void add(struct rme_blocks *blocks, struct rme_block *block, size_t size)
{
    struct place place = place_of(size);
    struct rme_block **list = &blocks->list[place.row][place.column];

    block->size = size | IS_FREE;
    block->previous = NULL;
    block->next = *list;
    if (*list != NULL)
        (*list)->previous = block;
    *list = block;
    blocks->rows |= (uint32_t)1 << place.row;
    blocks->columns[place.row] |= (uint8_t)(1u << place.column);
    ((size_t *)above(block))[-1] = size;
    above(block)->size |= BELOW_IS_FREE;
}

static void take_out(struct rme_blocks *blocks, struct rme_block *block)
{
    struct place place = place_of(size_of(block));

    if (block->next != NULL)
        block->next->previous = block->previous;
    if (block->previous != NULL) {
        block->previous->next = block->next;
        return;
    }
    blocks->list[place.row][place.column] = block->next;
    if (block->next != NULL)
        return;
    blocks->columns[place.row] &= (uint8_t) ~(1u << place.column);
    if (blocks->columns[place.row] == 0)
        blocks->rows &= ~((uint32_t)1 << place.row);
}

/* A block that is large enough, without a search: the first of a list all of whose blocks are. */
static struct rme_block *find_above(const struct rme_blocks *blocks, size_t size)
{
    size_t step = size < ROW_0 ? 0 : ((size_t)1 << (log_of(size) - COLUMN_BITS)) - 1;
    struct place place = place_of(size + step);
    uint32_t columns, rows;

    if (place.row >= RME_BLOCKS_ROWS)
        return NULL;
    columns = blocks->columns[place.row] & ~(uint32_t)0 << place.column;
    if (columns == 0) {
        rows = blocks->rows & ~(uint32_t)1 << place.row;
        if (rows == 0)
            return NULL;
        place.row = (unsigned)__builtin_ctz(rows);
        columns = blocks->columns[place.row];
    }
    return blocks->list[place.row][__builtin_ctz(columns)];
}

/* Or a few of those that may be. */
static struct rme_block *find(const struct rme_blocks *blocks, size_t size)
{
    struct rme_block *block = find_above(blocks, size);
    struct place place = place_of(size);

    if (block != NULL || place.row >= RME_BLOCKS_ROWS)
        return block;
    block = blocks->list[place.row][place.column];
    for (unsigned i = 0; block != NULL && size_of(block) < size; block = block->next)
        if (++i == TRIES)
            return NULL;
    return block;
}

/* ---- Blocks ---- */

/* Bytes that a block of `bytes` takes, 0: more than there can be. */
static size_t wanted(size_t bytes)
{
    size_t size = (bytes + WORD + ALIGN - 1) & ~(size_t)(ALIGN - 1);

    if (bytes > largest - ALIGN - WORD)
        return 0;
    return size < SMALLEST ? SMALLEST : size;
}

/* It is in use with `has` bytes, of which it needs `size`: what is left over is free. */
static void use(struct rme_blocks *blocks, struct rme_block *block, size_t has, size_t size)
{
    size_t rest = has - size >= SMALLEST ? has - size : 0;

    block->size = (has - rest) | (block->size & BELOW_IS_FREE);
    if (rest == 0) {
        above(block)->size &= ~(size_t)BELOW_IS_FREE;
        return;
    }
    if ((at(block, has)->size & IS_FREE) != 0) {
        size_t more = size_of(at(block, has));

        take_out(blocks, at(block, has));
        rest += more;
    }
    add(blocks, above(block), rest);
}

void rme_blocks_start(struct rme_blocks *blocks, void *memory, size_t bytes)
{
    size_t skip = (ALIGN - ((uintptr_t)memory + WORD) % ALIGN) % ALIGN;
    struct rme_block *first = at(memory, skip);
    size_t size;

    *blocks = (struct rme_blocks){0};
    if (bytes < skip + SMALLEST + WORD)
        return;
    size = (bytes - skip - WORD) & ~(size_t)(ALIGN - 1);
    if (size >= largest)
        size = largest - ALIGN;
    at(first, size)->size = 0; /* the end, in use for ever */
    add(blocks, first, size);
}

void *rme_blocks_take(struct rme_blocks *blocks, size_t bytes)
{
    size_t size = wanted(bytes);
    struct rme_block *block = size != 0 ? find(blocks, size) : NULL;

    if (block == NULL)
        return NULL;
    take_out(blocks, block);
    use(blocks, block, size_of(block), size);
    return memory_of(block);
}

void rme_blocks_give(struct rme_blocks *blocks, void *memory)
{
    struct rme_block *block;
    size_t size;

    if (memory == NULL)
        return;
    block = block_of(memory);
    size = size_of(block);
    if ((above(block)->size & IS_FREE) != 0) {
        struct rme_block *next = above(block);

        take_out(blocks, next);
        size += size_of(next);
    }
    if ((block->size & BELOW_IS_FREE) != 0) {
        block = below(block);
        take_out(blocks, block);
        size += size_of(block);
    }
    add(blocks, block, size);
}

void *rme_blocks_resize(struct rme_blocks *blocks, void *memory, size_t bytes)
{
    struct rme_block *block = block_of(memory);
    size_t size = wanted(bytes), has = size_of(block);
    void *copy;

    if (size == 0)
        return NULL;
    if (size > has && (above(block)->size & IS_FREE) != 0 && has + size_of(above(block)) >= size) {
        has += size_of(above(block));
        take_out(blocks, above(block));
    }
    if (size <= has) {
        use(blocks, block, has, size);
        return memory;
    }
    copy = rme_blocks_take(blocks, bytes);
    if (copy != NULL) {
        (void)memcpy(copy, memory, has - WORD);
        rme_blocks_give(blocks, memory);
    }
    return copy;
}

size_t rme_blocks_largest(const struct rme_blocks *blocks)
{
    size_t size = 0;
    unsigned row;

    if (blocks->rows == 0)
        return 0;
    row = (unsigned)(31 - __builtin_clz(blocks->rows));
    for (const struct rme_block *block =
             blocks->list[row][31 - __builtin_clz((unsigned)blocks->columns[row])];
         block != NULL; block = block->next)
        size = size_of(block) > size ? size_of(block) : size;
    return size - WORD;
}
