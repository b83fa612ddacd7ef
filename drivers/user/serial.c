/* SPDX-License-Identifier: Unlicense */
#include "drivers/user/serial.h"

enum reg {
    DATA = 0,
    ENABLE = 1,
    IDENTIFY = 2, /* read */
    FIFO = 2,     /* write */
    LINE_CONTROL = 3,
    MODEM = 4,
    LINE_STATUS = 5,
    MODEM_STATUS = 6,
};

enum {
    DIVISOR_ACCESS = 0x80, /* LINE_CONTROL: DATA and ENABLE are the divisor */
    EIGHT_BITS = 0x03,
    DIVISOR = 1,    /* 115200 baud */
    FIFO_ON = 0xC7, /* cleared, and an interrupt at 14 bytes */
    FIFO_BYTES = 16,
    SPARE_BYTES = 2 * FIFO_BYTES,

    ENABLE_RECEIVE = 1,
    ENABLE_SEND = 2,
    ENABLE_ERRORS = 4,

    NOTHING = 1, /* IDENTIFY: no interrupt */

    HAS_DATA = 0x01,
    HAS_ERRORS = 0x0E, /* overrun, parity, framing */
    HAS_ROOM = 0x20,   /* the FIFO to send has room for FIFO_BYTES */

    TERMINAL = 0x09, /* MODEM: DTR, and OUT2, which on a PC connects the interrupt */
    REQUEST = 0x02,  /* RTS */

    ROUNDS = 64, /* of one wake-up: then others run */
};

static word_t in(const struct serial *serial, enum reg reg)
{
    word_t value = 0;

    (void)rme_call_value(RME_SVC_KFN, serial->ports.id.raw, RME_KFN_IO_READ, serial->base + reg, 1,
                         0, 0, 0, &value);
    return value;
}

static void out(const struct serial *serial, enum reg reg, word_t value)
{
    (void)rme_kfunc_call(serial->ports, RME_KFN_IO_WRITE, serial->base + reg, 1, value, 0, 0);
}

static void prepare(struct serial *serial)
{
    serial->received = (struct ring_end){&serial->page->received, 0};
    serial->to_send = (struct ring_end){&serial->page->to_send, 0};
    serial->is_ready = true;
    out(serial, ENABLE, 0);
    out(serial, LINE_CONTROL, DIVISOR_ACCESS);
    out(serial, DATA, DIVISOR);
    out(serial, ENABLE, 0);
    out(serial, LINE_CONTROL, EIGHT_BITS);
    out(serial, FIFO, FIFO_ON);
    out(serial, MODEM, TERMINAL | REQUEST);
}

/* Everything that has come, as far as there is room. */
static void receive(struct serial *serial)
{
    word_t room = ring_room(&serial->received), status = in(serial, LINE_STATUS);

    for (; room > 0 && (status & HAS_DATA) != 0; room--) {
        if ((status & HAS_ERRORS) != 0)
            serial->page->lost++;
        ring_put(&serial->received, (uint8_t)in(serial, DATA));
        serial->moved = true;
        status = in(serial, LINE_STATUS);
    }
    ring_tell_filled(&serial->received);
}

static void send(struct serial *serial)
{
    word_t fill = ring_fill(&serial->to_send);

    if (fill == 0 || (in(serial, LINE_STATUS) & HAS_ROOM) == 0)
        return;
    for (word_t i = 0; i < FIFO_BYTES && i < fill; i++)
        out(serial, DATA, ring_get(&serial->to_send));
    ring_tell_emptied(&serial->to_send);
    serial->moved = true;
}

/* Ask for interrupts only where there is something to do, or one would never end; let the other end
 * send only as long as there is room for more than is under way. */
static void ask(struct serial *serial)
{
    word_t room = ring_room(&serial->received);
    bool is_ready = room > SPARE_BYTES;

    if (is_ready != serial->is_ready) {
        serial->is_ready = is_ready;
        out(serial, MODEM, TERMINAL | (is_ready ? REQUEST : 0));
    }
    out(serial, ENABLE,
        ENABLE_ERRORS | (room > 0 ? ENABLE_RECEIVE : 0) |
            (ring_fill(&serial->to_send) > 0 ? ENABLE_SEND : 0));
}

/* Until the device has no more to say: its line is an edge on the ISA bus, and rises again only
 * when it has been down. False: it still has. */
static bool serve(struct serial *serial)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        receive(serial);
        send(serial);
        ask(serial);
        (void)in(serial, MODEM_STATUS);
        if ((in(serial, IDENTIFY) & NOTHING) != 0)
            return true;
    }
    return false;
}

void serial_run(word_t address)
{
    struct serial *serial = (struct serial *)address;

    prepare(serial);
    for (;;) {
        bool is_quiet = serve(serial);

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
