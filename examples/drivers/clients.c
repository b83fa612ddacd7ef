/* SPDX-License-Identifier: Unlicense
 *
 * Like the drivers they keep everything in their homes: the data of the image is the first
 * process's.
 */
#include "examples/drivers/clients.h"

/* FNV-1a. */
static word_t hash_of(word_t hash, const uint8_t *bytes, word_t count)
{
    for (word_t i = 0; i < count; i++)
        hash = (hash ^ bytes[i]) * 0x100000001B3;
    return hash;
}
#define HASH_EMPTY ((word_t)0xCBF29CE484222325)

static void wait_for_ever(rme_signal_t endpoint)
{
    for (;;)
        (void)rme_signal_receive(endpoint, SIGNAL_RECEIVE_ALL);
}

void echo(word_t address)
{
    struct home *home = (struct home *)address;
    struct serial_client *client = &home->echo;
    uint8_t bytes[128];

    serial_client_start(client);
    serial_write(client, (const uint8_t *)"ready\n", 6); /* what came before is lost */
    home->hash = HASH_EMPTY;
    while (home->bytes < ECHO_BYTES) {
        word_t count = serial_read(client, bytes, sizeof(bytes));

        home->hash = hash_of(home->hash, bytes, count);
        home->bytes += count;
        for (word_t i = 0; i < count; i++)
            bytes[i] ^= 0xFF;
        serial_write(client, bytes, count);
    }
    serial_flush(client);
    home->wrong = client->page->lost;
    (void)rme_signal_send(home->done, 1);
    wait_for_ever(client->wake);
}

static void ask(struct home *home, word_t slot, uint32_t operation, word_t sector, word_t sectors)
{
    struct block_slot *request = &home->reader.page->slot[slot];

    request->operation = operation;
    request->sector = sector;
    request->sectors = (uint32_t)sectors;
    __atomic_store_n(&request->state, BLOCK_ASKED, __ATOMIC_RELEASE);
    (void)rme_signal_send(home->reader.driver, 1);
}

static uint32_t answer(struct home *home, word_t slot)
{
    struct block_slot *request = &home->reader.page->slot[slot];

    while (__atomic_load_n(&request->state, __ATOMIC_ACQUIRE) != BLOCK_DONE)
        (void)rme_signal_receive(home->reader.wake, SIGNAL_RECEIVE_ALL);
    request->state = BLOCK_FREE;
    return request->result;
}

enum { PIECE_SECTORS = BLOCK_SLOT_BYTES / BLOCK_SECTOR };

/* With all slots under way at once. */
static void read_all(struct home *home)
{
    const word_t pieces = READ_BYTES / BLOCK_SLOT_BYTES;

    home->hash = HASH_EMPTY;
    for (word_t i = 0; i < BLOCK_SLOTS; i++)
        ask(home, i, BLOCK_READ, i * PIECE_SECTORS, PIECE_SECTORS);
    for (word_t i = 0; i < pieces; i++) {
        word_t slot = i % BLOCK_SLOTS, next = i + BLOCK_SLOTS;

        home->wrong += answer(home, slot) != BLOCK_OK;
        home->hash = hash_of(home->hash, home->reader.page->data[slot], BLOCK_SLOT_BYTES);
        home->bytes += BLOCK_SLOT_BYTES;
        if (next < pieces)
            ask(home, slot, BLOCK_READ, next * PIECE_SECTORS, PIECE_SECTORS);
    }
}

/* Sectors from 0, inverted, to WRITE_SECTOR, and read again from there. */
static void copy(struct home *home)
{
    struct block_page *page = home->reader.page;

    for (word_t at = 0; at < WRITE_BYTES / BLOCK_SECTOR; at += PIECE_SECTORS) {
        ask(home, 0, BLOCK_READ, at, PIECE_SECTORS);
        home->wrong += answer(home, 0) != BLOCK_OK;
        for (word_t i = 0; i < BLOCK_SLOT_BYTES; i++)
            page->data[0][i] ^= 0xFF;
        ask(home, 0, BLOCK_WRITE, WRITE_SECTOR + at, PIECE_SECTORS);
        home->wrong += answer(home, 0) != BLOCK_OK;
        ask(home, 1, BLOCK_READ, WRITE_SECTOR + at, PIECE_SECTORS);
        home->wrong += answer(home, 1) != BLOCK_OK;
        for (word_t i = 0; i < BLOCK_SLOT_BYTES; i++)
            home->wrong += page->data[0][i] != page->data[1][i];
    }
}

/* What the driver must not hand on to the device. */
static void ask_for_nonsense(struct home *home)
{
    const word_t end = home->reader.page->sectors;
    const struct {
        uint32_t operation;
        word_t sector, sectors;
    } nonsense[] = {
        {BLOCK_READ, end, 1}, {BLOCK_WRITE, end - 1, 2},          {BLOCK_READ, ~(word_t)0, 2},
        {BLOCK_READ, 0, 0},   {BLOCK_READ, 0, PIECE_SECTORS + 1}, {BLOCK_WRITE + 1, 0, 1},
    };

    for (unsigned i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        ask(home, 2, nonsense[i].operation, nonsense[i].sector, nonsense[i].sectors);
        home->wrong += answer(home, 2) != BLOCK_REFUSED;
    }
}

void reader(word_t address)
{
    struct home *home = (struct home *)address;

    while (*(volatile uint64_t *)&home->reader.page->sectors == 0)
        (void)rme_signal_receive(home->reader.wake, SIGNAL_RECEIVE_ALL);
    if (home->reader.page->sectors != ~(uint64_t)0) {
        read_all(home);
        copy(home);
        ask_for_nonsense(home);
    }
    (void)rme_signal_send(home->done, 1);
    wait_for_ever(home->reader.wake);
}
