/* SPDX-License-Identifier: Unlicense
 *
 * The ledger of the page server: for each frame of 4 KiB what it is and whose. A frame is free, or
 * a page of user memory, or a page table, or kernel memory, and never two of these; it leaves
 * `free` and comes back by one compare-exchange, so that no visitor of the server ever waits for
 * another, and one that stops half way keeps nothing but its own. Who takes writes down what it
 * wants before it takes it (server.h).
 */
#pragma once

#include "abi/types.h"

enum { FRAME_ORDER = 12, FRAME_BYTES = 1 << FRAME_ORDER };

enum frame_kind {
    FRAME_ABSENT, /* no memory, or not the server's: the kernel's own, its own image */
    FRAME_FREE,
    FRAME_PAGE,
    FRAME_TABLE,
    FRAME_KERNEL,
};

/* A word of a frame: kind and owner. */
typedef _Atomic(uint16_t) frame_t;

struct ledger {
    frame_t *frames;
    word_t first, count; /* frame numbers: physical address / FRAME_BYTES */
};

/* All absent. `frames` is an array of `count`. */
void ledger_start(struct ledger *ledger, frame_t *frames, word_t first, word_t count);

/* What is absent in [base, base + bytes) is free, as far as it is whole frames of the ledger. */
void ledger_offer(struct ledger *ledger, word_t base, word_t bytes);

/* Every frame that [base, base + bytes) touches is absent again. Before anybody takes. */
void ledger_withdraw(struct ledger *ledger, word_t base, word_t bytes);

/* The first frame of `count` that are free, the first aligned to `count` if that is a power of two;
 * false when there are none. They may be gone by the time that they are claimed. Time: frames. */
bool ledger_find(const struct ledger *ledger, word_t count, word_t *frame);

/* From free to a kind and an owner; false when one was not free, and then none has changed. */
bool ledger_claim(struct ledger *ledger, word_t frame, word_t count, enum frame_kind kind,
                  unsigned owner);

/* Back to free, those of `count` that are this owner's and of this kind; returns how many. */
word_t ledger_give(struct ledger *ledger, word_t frame, word_t count, enum frame_kind kind,
                   unsigned owner);

/* What a frame is; FRAME_ABSENT outside the ledger. *owner of what is not free. */
enum frame_kind ledger_kind(const struct ledger *ledger, word_t frame, unsigned *owner);

/* Frames of a kind that are an owner's. Time: frames. */
word_t ledger_count(const struct ledger *ledger, enum frame_kind kind, unsigned owner);
