/* SPDX-License-Identifier: Unlicense */
#include "servers/pages/ledger.h"

#include <stdatomic.h>

enum { OWNER_SHIFT = 8, KIND_MASK = (1 << OWNER_SHIFT) - 1 };

static uint16_t word_of(enum frame_kind kind, unsigned owner)
{
    return (uint16_t)(kind | owner << OWNER_SHIFT);
}

static frame_t *at(const struct ledger *ledger, word_t frame)
{
    return &ledger->frames[frame - ledger->first];
}

static bool holds(const struct ledger *ledger, word_t frame, word_t count)
{
    return frame >= ledger->first && count <= ledger->count &&
           frame - ledger->first <= ledger->count - count;
}

/* One frame from one word to another. The orders pair with each other: who claims sees memory as
 * the last owner left it, and clears it behind that. */
static bool change(const struct ledger *ledger, word_t frame, uint16_t from, uint16_t to)
{
    return atomic_compare_exchange_strong_explicit(at(ledger, frame), &from, to,
                                                   memory_order_acq_rel, memory_order_acquire);
}

void ledger_start(struct ledger *ledger, frame_t *frames, word_t first, word_t count)
{
    *ledger = (struct ledger){frames, first, count};
    for (word_t i = 0; i < count; i++)
        atomic_init(&frames[i], FRAME_ABSENT);
}

void ledger_offer(struct ledger *ledger, word_t base, word_t bytes)
{
    word_t begin = base / FRAME_BYTES + (base % FRAME_BYTES != 0);
    word_t end = (base + bytes) / FRAME_BYTES;

    for (word_t frame = begin; frame < end; frame++)
        if (holds(ledger, frame, 1))
            (void)change(ledger, frame, FRAME_ABSENT, FRAME_FREE);
}

void ledger_withdraw(struct ledger *ledger, word_t base, word_t bytes)
{
    word_t end = base + bytes;

    for (word_t frame = base / FRAME_BYTES; frame * FRAME_BYTES < end; frame++)
        if (holds(ledger, frame, 1))
            atomic_store_explicit(at(ledger, frame), FRAME_ABSENT, memory_order_relaxed);
}

/* How many frames from here on are free, up to `count`. */
static word_t free_run(const struct ledger *ledger, word_t frame, word_t count)
{
    word_t run = 0;

    while (run < count &&
           atomic_load_explicit(at(ledger, frame + run), memory_order_relaxed) == FRAME_FREE)
        run++;
    return run;
}

bool ledger_find(const struct ledger *ledger, word_t count, word_t *frame)
{
    word_t align = count != 0 && (count & (count - 1)) == 0 ? count : 1;
    word_t place = (ledger->first + align - 1) / align * align;

    while (count != 0 && holds(ledger, place, count)) {
        word_t run = free_run(ledger, place, count);

        if (run == count) {
            *frame = place;
            return true;
        }
        place += (run / align + 1) * align; /* the next place behind the one that is not free */
    }
    return false;
}

word_t ledger_give(struct ledger *ledger, word_t frame, word_t count, enum frame_kind kind,
                   unsigned owner)
{
    word_t given = 0;

    for (word_t i = 0; i < count; i++)
        given += holds(ledger, frame + i, 1) &&
                 change(ledger, frame + i, word_of(kind, owner), FRAME_FREE);
    return given;
}

bool ledger_claim(struct ledger *ledger, word_t frame, word_t count, enum frame_kind kind,
                  unsigned owner)
{
    if (!holds(ledger, frame, count))
        return false;
    for (word_t i = 0; i < count; i++)
        if (!change(ledger, frame + i, FRAME_FREE, word_of(kind, owner))) {
            (void)ledger_give(ledger, frame, i, kind, owner);
            return false;
        }
    return true;
}

enum frame_kind ledger_kind(const struct ledger *ledger, word_t frame, unsigned *owner)
{
    uint16_t word = FRAME_ABSENT;

    if (holds(ledger, frame, 1))
        word = atomic_load_explicit(at(ledger, frame), memory_order_relaxed);
    *owner = word >> OWNER_SHIFT;
    return (enum frame_kind)(word & KIND_MASK);
}

word_t ledger_count(const struct ledger *ledger, enum frame_kind kind, unsigned owner)
{
    word_t count = 0;

    for (word_t i = 0; i < ledger->count; i++)
        count +=
            atomic_load_explicit(&ledger->frames[i], memory_order_relaxed) == word_of(kind, owner);
    return count;
}
