/* SPDX-License-Identifier: Unlicense
 *
 * The clients of the two drivers, and the page that a process has of its own.
 */
#pragma once

#include "drivers/user/block.h"
#include "drivers/user/serial.h"

enum {
    ECHO_BYTES = 65536,
    READ_BYTES = 1 << 20,
    WRITE_BYTES = 65536,
    WRITE_SECTOR = READ_BYTES / BLOCK_SECTOR, /* where it is written: behind what is read */
};

/* What a process has of its own. */
struct home {
    union {
        struct serial serial;
        struct block block;
        struct serial_client echo;
        struct {
            struct block_page *page;
            rme_signal_t driver, wake;
        } reader;
    };
    rme_signal_t done;
    word_t bytes, hash, wrong; /* the result of a client */
    char stack[2048] __attribute__((aligned(16)));
};
/* Where their threads begin, with the address of a struct home. */
void echo(word_t address);
void reader(word_t address);
