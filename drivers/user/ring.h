/* SPDX-License-Identifier: Unlicense
 *
 * A ring of bytes in memory that two processes share: one fills it, the other empties it. Neither
 * trusts the other: each keeps its own position to itself, and what it reads of the other's can
 * make it see fewer bytes, or less room, or wrong bytes, and no more than that.
 */
#pragma once

#include "abi/types.h"

enum { RING_BYTES = 1024 };

/* Positions only grow, and wrap. */
struct ring {
    uint32_t filled;  /* written by who fills, behind the bytes */
    uint32_t emptied; /* written by who empties, when it has them */
    uint8_t bytes[RING_BYTES];
};

/* One side of it. */
struct ring_end {
    struct ring *ring;
    uint32_t at;
};

static inline word_t ring_distance(uint32_t filled, uint32_t emptied)
{
    uint32_t distance = filled - emptied;

    return distance <= RING_BYTES ? distance : RING_BYTES; /* the other side says nonsense */
}

/* Of who fills: bytes for which there is room. */
static inline word_t ring_room(const struct ring_end *end)
{
    uint32_t emptied = __atomic_load_n(&end->ring->emptied, __ATOMIC_ACQUIRE);

    return RING_BYTES - ring_distance(end->at, emptied);
}

/* Of who fills. Before: there is room. Seen by the other side once ring_tell_filled is called. */
static inline void ring_put(struct ring_end *end, uint8_t byte)
{
    end->ring->bytes[end->at++ % RING_BYTES] = byte;
}

static inline void ring_tell_filled(struct ring_end *end)
{
    __atomic_store_n(&end->ring->filled, end->at, __ATOMIC_RELEASE);
}

/* Of who empties: bytes that there are. */
static inline word_t ring_fill(const struct ring_end *end)
{
    uint32_t filled = __atomic_load_n(&end->ring->filled, __ATOMIC_ACQUIRE);

    return ring_distance(filled, end->at);
}

/* Of who empties. Before: there is a byte. */
static inline uint8_t ring_get(struct ring_end *end)
{
    return end->ring->bytes[end->at++ % RING_BYTES];
}

static inline void ring_tell_emptied(struct ring_end *end)
{
    __atomic_store_n(&end->ring->emptied, end->at, __ATOMIC_RELEASE);
}
