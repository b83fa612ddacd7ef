/* SPDX-License-Identifier: Unlicense
 *
 * A driver for a serial device (drivers/user/uart.h), as a process: bytes come and go by
 * interrupts, through two rings in a page that the driver shares with its one client. What the
 * driver has is the device, the mask of its interrupt line, and that page. A process with more to
 * do than that calls serial_start and serial_serve itself.
 */
#pragma once

#include "drivers/user/ring.h"
#include "drivers/user/uart.h"
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
    struct rme_device device;
    rme_kfunc_t lines;   /* INT_LOCAL_MOD on the line */
    rme_signal_t wake;   /* RECEIVE_ALL: the line is bound to it, and the client sends to it */
    rme_signal_t client; /* SEND: something has been received, or was sent */
    word_t line;

    /* Of the driver. */
    struct ring_end received, to_send;
    bool is_ready; /* to receive: the other end of the cable is told by RTS */
    bool moved;    /* bytes, since the client was told */
};

/* With page and device filled in. */
void serial_start(struct serial *serial);

/* Move bytes between device and rings until neither has more to give: then the line may be
 * unmasked, and whatever comes later is an interrupt. False: the device still has something after
 * as much as one wake-up may take; unmask the line and call again. `moved` is set if a byte went
 * either way. */
bool serial_serve(struct serial *serial);

/* Where the thread of a driver with one client begins, with the address of its struct serial. */
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
