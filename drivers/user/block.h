/* SPDX-License-Identifier: Unlicense
 *
 * A driver for block devices of virtio, as a process. Its one client lays requests into slots of
 * memory that both share, and finds data and result there. What the driver has is the page or two
 * with the device's registers, and memory that it shares with the device; a device may be told to
 * write to any memory, so that the driver is trusted like the kernel (docs/security.md).
 *
 * Virtual I/O Device Version 1.1, 5.2.
 */
#pragma once

#include "drivers/user/virtio.h"

enum {
    BLOCK_SECTOR = 512,
    BLOCK_SLOTS = 4,
    BLOCK_SLOT_BYTES = 16384,

    BLOCK_READ = 0,
    BLOCK_WRITE = 1,

    BLOCK_FREE = 0, /* states of a slot: the client's, */
    BLOCK_ASKED,    /* the driver's, */
    BLOCK_DONE,     /* the client's again */

    BLOCK_OK = 0, /* results */
    BLOCK_REFUSED = 1,
    BLOCK_FAILED = 2,
};

struct block_slot {
    uint32_t state;
    uint32_t operation;
    uint64_t sector;
    uint32_t sectors;
    uint32_t result;
};

/* Shared by driver and client. */
struct block_page {
    uint64_t sectors; /* of the device; 0: the driver has not started yet */
    struct block_slot slot[BLOCK_SLOTS];
    uint8_t data[BLOCK_SLOTS][BLOCK_SLOT_BYTES] __attribute__((aligned(4096)));
};

/* Shared by driver and device: zero at first. */
struct block_queue {
    struct virtq_memory queue __attribute__((aligned(16)));
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header[BLOCK_SLOTS];
    uint8_t status[BLOCK_SLOTS];
};

struct block {
    /* Of whoever makes the process. */
    struct block_page *page;
    struct block_queue *shared;
    struct virtio virtio; /* its place alone */
    word_t vector;        /* entry of the MSI-X table, or VIRTIO_NO_VECTOR: a line */
    rme_kfunc_t lines;    /* INT_LOCAL_MOD on the line, where it is one */
    rme_signal_t wake;   /* RECEIVE_ALL: the interrupt is bound to it, and the client sends to it */
    rme_signal_t client; /* SEND: requests are done */
    word_t line;

    /* Of the driver. */
    uint64_t sectors;          /* what it believes, whatever the client writes to the page */
    bool is_busy[BLOCK_SLOTS]; /* the device has it */
};

/* Where the driver's thread begins, with the address of its struct block. Returns to nobody; when
 * the device cannot be used, page->sectors is all ones. */
void block_run(word_t address);
