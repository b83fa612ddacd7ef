/* SPDX-License-Identifier: Unlicense
 *
 * A driver for a 16550, as a process: bytes come and go by interrupts, through two rings in a page
 * that the driver shares with its one client. What the driver has is eight ports of the I/O space,
 * the mask of one interrupt line, and that page. National Semiconductor PC16550D, section 8.
 */
#pragma once

#include "drivers/user/ring.h"
#include "rme/call.h"

/* Shared. */
struct serial_page {
    struct ring received, to_send;
    uint32_t lost; /* bytes that the device had no room for, or that arrived damaged */
};
static_assert(sizeof(struct serial_page) <= 4096, "one page");

/* The driver's own memory. */
struct serial {
    /* Of whoever makes the process. */
    struct serial_page *page;
    rme_kfunc_t ports;   /* IO_READ and IO_WRITE on base to base + 7 */
    rme_kfunc_t lines;   /* INT_LOCAL_MOD on the line */
    rme_signal_t wake;   /* RECEIVE_ALL: the line is bound to it, and the client sends to it */
    rme_signal_t client; /* SEND: something has been received, or was sent */
    word_t base, line;

    /* Of the driver. */
    struct ring_end received, to_send;
    bool is_ready; /* to receive: the other end of the cable is told by RTS */
    bool moved;    /* bytes, since the client was told */
};

/* Where the driver's thread begins, with the address of its struct serial. */
void serial_run(word_t address);

/* ---- The client's side ---- */

struct serial_client {
    struct serial_page *page;
    rme_signal_t driver; /* SEND */
    rme_signal_t wake;   /* RECEIVE_ALL: what the driver sends to */

    struct ring_end received, to_send;
};

/* Before anything else, with the first three members filled in. */
void serial_client_start(struct serial_client *client);

/* Wait for at least one byte, and take at most `count`. Returns how many. */
word_t serial_read(struct serial_client *client, uint8_t *bytes, word_t count);

/* Write all; waits while the ring is full. */
void serial_write(struct serial_client *client, const uint8_t *bytes, word_t count);

/* Wait until the device has all that was written. */
void serial_flush(struct serial_client *client);
