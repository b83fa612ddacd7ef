/* SPDX-License-Identifier: Unlicense
 *
 * Inside the page server: the record of a client, and the operations on it, each of which is called
 * by the client's own visitor or, when it has none any more, by pages_end.
 */
#pragma once

#include "rme/call.h"
#include "servers/pages/ledger.h"
#include "servers/pages/protocol.h"

#include <stdatomic.h>

enum { CLIENT_TABLES = 16, TABLE_ENTRIES = 512, CLIENT_PROBE = CLIENT_TABLES };

/* Of a record that says what a client has: what is not DONE is undone by the next visit. */
enum progress { PROGRESS_NONE, PROGRESS_BEGUN, PROGRESS_DONE, PROGRESS_LEAVING };

/* A page table; its capability is in slot i of the client's table of page tables. */
struct table {
    enum progress progress;
    word_t base, order, frame;
    word_t entry[TABLE_ENTRIES]; /* 0: nothing; TABLE_BELOW; a page: number of its frame */
};
enum { TABLE_BELOW = 1 };

/* Kernel memory; its capability is in slot i of the table of grants. */
struct grant {
    enum progress progress;
    word_t frame, count;
};

struct client {
    unsigned number;
    bool is_inside;                       /* a visitor is, or was and has not come to its end */
    word_t quota, used[FRAME_KERNEL + 1]; /* by enum frame_kind */
    rme_pagetable_t top;
    rme_captable_t pagetables; /* the server's alone */
    rme_captable_t grants;     /* the client sees it and can do nothing to it */
    struct table tables[CLIENT_TABLES];
    struct grant grant[PAGES_GRANTS];
    /* A page that is being mapped or taken out: PROGRESS_BEGUN. */
    struct {
        enum progress progress;
        struct table *table;
        word_t position;
    } page;
    /* Frames of a page that was taken out and that other CPUs may still see. */
    struct {
        word_t frame, count, epoch;
    } limbo;
};

extern struct ledger ledger;

/* What is written above is written before what follows, should the visitor be ended in between. */
static inline void step(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}

/* Of a frame: the offset in the server's kernel memory. */
word_t frame_offset(word_t frame);

/* All frames of a client. */
word_t client_used(const struct client *client);

/* Take `count` frames, if the quota allows, with their number in *note before they are taken. */
enum pages_status client_take(struct client *client, word_t count, enum frame_kind kind,
                              word_t *note);

/* Give back those that are this client's and of this kind. */
void client_give(struct client *client, word_t frame, word_t count, enum frame_kind kind);

/* A page table object and its capability, if there is one: OK when there is none any more. LATER,
 * FAILED. */
enum pages_status table_destroy(rme_captable_t captable, word_t slot);

/* tables.c */
enum pages_status table_need(struct client *client, word_t address, word_t order,
                             struct table **table);
struct table *table_find(struct client *client, word_t address, word_t order);
enum pages_status table_drop(struct client *client, struct table *table);
rme_pagetable_t table_handle(const struct client *client, const struct table *table);
word_t table_position(const struct table *table, word_t address);

/* pages.c */
enum pages_status page_map(struct client *client, word_t address, word_t order, word_t access);
enum pages_status page_unmap(struct client *client, word_t address, word_t order);
enum pages_status page_drop(struct client *client, struct table *table, word_t position);
enum pages_status page_settle(struct client *client);

/* grants.c */
enum pages_status grant_take(struct client *client, word_t slot, word_t count);
enum pages_status grant_give(struct client *client, word_t slot);

/* audit.c: whether its records and the ledger say the same. */
bool client_audit(const struct client *client);
