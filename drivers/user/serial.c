/* SPDX-License-Identifier: Unlicense */
#include "drivers/user/serial.h"

enum {
    SPARE_BYTES = 32, /* under way when the other end is told to stop */
    ROUNDS = 64,      /* of one wake-up: then others run */
};

void serial_start(struct serial *serial)
{
    serial->received = (struct ring_end){&serial->page->received, 0};
    serial->to_send = (struct ring_end){&serial->page->to_send, 0};
    serial->is_ready = true;
    uart_start(&serial->device);
}

/* Everything that has come, as far as there is room. */
static void receive(struct serial *serial)
{
    word_t room = ring_room(&serial->received);
    int byte;

    for (; room > 0 && (byte = uart_receive(&serial->device)) != UART_NOTHING; room--) {
        if ((byte & UART_DAMAGED) != 0)
            serial->page->lost++;
        ring_put(&serial->received, (uint8_t)byte);
        serial->moved = true;
    }
    ring_tell_filled(&serial->received);
}

static void send(struct serial *serial)
{
    word_t fill = ring_fill(&serial->to_send), room;

    if (fill == 0)
        return;
    for (room = uart_room(&serial->device); room > 0 && fill > 0; room--, fill--) {
        uart_put(&serial->device, ring_get(&serial->to_send));
        serial->moved = true;
    }
    ring_tell_emptied(&serial->to_send);
}

/* Ask for interrupts only where there is something to do, or one would never end; let the other end
 * send only as long as there is room for more than is under way. */
static void ask(struct serial *serial)
{
    word_t room = ring_room(&serial->received);
    bool is_ready = room > SPARE_BYTES;

    if (is_ready != serial->is_ready) {
        serial->is_ready = is_ready;
        uart_let(&serial->device, is_ready);
    }
    uart_ask(&serial->device, room > 0, ring_fill(&serial->to_send) > 0);
}

bool serial_serve(struct serial *serial)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        receive(serial);
        send(serial);
        ask(serial);
        if (uart_is_quiet(&serial->device))
            return true;
    }
    return false;
}

void serial_run(word_t address)
{
    struct serial *serial = (struct serial *)address;

    serial_start(serial);
    for (;;) {
        bool is_quiet = serial_serve(serial);

        if (serial->moved)
            (void)rme_signal_send(serial->client, 1);
        serial->moved = false;
        (void)rme_kfunc_call(serial->lines, RME_KFN_INT_LOCAL_MOD, serial->line, 1, 1, 0, 0);
        (void)rme_signal_receive(serial->wake, is_quiet ? SIGNAL_RECEIVE_ALL : SIGNAL_POLL_ALL);
    }
}

/* ---- The client's side ---- */

void serial_client_start(struct serial_client *client)
{
    client->received = (struct ring_end){&client->page->received, 0};
    client->to_send = (struct ring_end){&client->page->to_send, 0};
}

word_t serial_read(struct serial_client *client, uint8_t *bytes, word_t count)
{
    word_t fill;

    while ((fill = ring_fill(&client->received)) == 0)
        (void)rme_signal_receive(client->wake, SIGNAL_RECEIVE_ALL);
    if (count > fill)
        count = fill;
    for (word_t i = 0; i < count; i++)
        bytes[i] = ring_get(&client->received);
    ring_tell_emptied(&client->received);
    (void)rme_signal_send(client->driver, 1);
    return count;
}

void serial_write(struct serial_client *client, const uint8_t *bytes, word_t count)
{
    while (count > 0) {
        word_t room;

        while ((room = ring_room(&client->to_send)) == 0)
            (void)rme_signal_receive(client->wake, SIGNAL_RECEIVE_ALL);
        for (; count > 0 && room > 0; count--, room--)
            ring_put(&client->to_send, *bytes++);
        ring_tell_filled(&client->to_send);
        (void)rme_signal_send(client->driver, 1);
    }
}

void serial_flush(struct serial_client *client)
{
    while (ring_room(&client->to_send) < RING_BYTES)
        (void)rme_signal_receive(client->wake, SIGNAL_RECEIVE_ALL);
}
