/* SPDX-License-Identifier: Unlicense
 *
 * What clients ask the page server for, by the messages of an invocation port that each has for
 * itself. All memory of a client beyond its image comes from here and is counted against its quota,
 * in frames of 4 KiB. No client holds a capability to a page table, nor one to kernel memory that
 * it could pass on: the server maps, and lends.
 *
 * A message is the operation and its arguments; the value is one of enum pages_status, and words 1
 * and on of the message are what else comes back. Nothing changes unless it is PAGES_OK.
 */
#pragma once

#include "rme/invoke.h"

/* The addresses that are the client's to fill. */
#define PAGES_ARENA       ((word_t)1 << 39)
#define PAGES_ARENA_BYTES ((word_t)1 << 39)

enum pages_operation {
    PAGES_ACCOUNT,    /* -> quota, and how many frames are pages, page tables, kernel memory */
    PAGES_MAP,        /* address, order (12 or 21), access (PAGE_*): a cleared page */
    PAGES_UNMAP,      /* address, order: give it back */
    PAGES_TABLE,      /* address, order of its entries (12, 21, 30): a page table beforehand */
    PAGES_TABLE_GIVE, /* the same: give back one that is empty */
    PAGES_TAKE,       /* slot, frames: kernel memory, a capability in that slot of the grants */
    PAGES_GIVE,       /* slot: give it back; refused as long as an object lies in it */
    PAGES_OPERATIONS
};

enum pages_status {
    PAGES_OK,
    PAGES_NONSENSE, /* no such operation, address, order, access, slot or number */
    PAGES_TAKEN,    /* something is there already */
    PAGES_NOTHING,  /* nothing of the kind is there */
    PAGES_IN_USE,   /* the table is not empty, objects lie in the kernel memory */
    PAGES_QUOTA,
    PAGES_FULL,   /* no memory, or none in one piece; or too many page tables */
    PAGES_LATER,  /* others are at it, or a CPU has not flushed: ask again after a tick */
    PAGES_FAILED, /* the kernel refused: the server or its set-up is wrong */
};

enum { PAGES_GRANT_FRAMES_MAX = 16, PAGES_GRANTS = 16 };

/* The value, or PAGES_FAILED. message[0] is the operation. */
static inline word_t pages_call(rme_invocation_t port, word_t message[RME_MESSAGE_WORDS])
{
    word_t value = PAGES_FAILED;

    return rme_invoke_message(port, message, &value) == STATUS_OK ? value : (word_t)PAGES_FAILED;
}

static inline word_t pages_ask(rme_invocation_t port, enum pages_operation operation, word_t a,
                               word_t b, word_t c)
{
    word_t message[RME_MESSAGE_WORDS] = {operation, a, b, c};

    return pages_call(port, message);
}
