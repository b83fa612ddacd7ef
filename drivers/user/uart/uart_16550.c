/* SPDX-License-Identifier: Unlicense
 *
 * 16550 in a PC's I/O space, through kernel functions. National Semiconductor PC16550D, section 8.
 * Its line is an edge on the ISA bus: it rises again only when it has been down.
 */
#include "drivers/user/uart.h"
#include "rme/call.h"

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

    ENABLE_RECEIVE = 1,
    ENABLE_SEND = 2,
    ENABLE_ERRORS = 4,

    NOTHING = 1, /* IDENTIFY: no interrupt */

    HAS_DATA = 0x01,
    HAS_ERRORS = 0x0E, /* overrun, parity, framing */
    HAS_ROOM = 0x20,   /* the FIFO to send has room for FIFO_BYTES */

    TERMINAL = 0x09, /* MODEM: DTR, and OUT2, which on a PC connects the interrupt */
    REQUEST = 0x02,  /* RTS */
};

static word_t in(const struct rme_device *device, enum reg reg)
{
    word_t value = 0;

    (void)rme_call_value(RME_SVC_KFN, device->ports.id.raw, RME_KFN_IO_READ, device->base + reg, 1,
                         0, 0, 0, &value);
    return value;
}

static void out(const struct rme_device *device, enum reg reg, word_t value)
{
    (void)rme_kfunc_call(device->ports, RME_KFN_IO_WRITE, device->base + reg, 1, value, 0, 0);
}

void uart_start(const struct rme_device *device)
{
    out(device, ENABLE, 0);
    out(device, LINE_CONTROL, DIVISOR_ACCESS);
    out(device, DATA, DIVISOR);
    out(device, ENABLE, 0);
    out(device, LINE_CONTROL, EIGHT_BITS);
    out(device, FIFO, FIFO_ON);
    out(device, MODEM, TERMINAL | REQUEST);
}

int uart_receive(const struct rme_device *device)
{
    word_t status = in(device, LINE_STATUS);

    if ((status & HAS_DATA) == 0)
        return UART_NOTHING;
    return (int)(in(device, DATA) & 0xFF) | ((status & HAS_ERRORS) != 0 ? UART_DAMAGED : 0);
}

word_t uart_room(const struct rme_device *device)
{
    return (in(device, LINE_STATUS) & HAS_ROOM) != 0 ? FIFO_BYTES : 0;
}

void uart_put(const struct rme_device *device, uint8_t byte)
{
    out(device, DATA, byte);
}

void uart_ask(const struct rme_device *device, bool to_receive, bool to_send)
{
    out(device, ENABLE,
        ENABLE_ERRORS | (to_receive ? ENABLE_RECEIVE : 0) | (to_send ? ENABLE_SEND : 0));
}

void uart_let(const struct rme_device *device, bool may_send)
{
    out(device, MODEM, TERMINAL | (may_send ? REQUEST : 0));
}

bool uart_is_quiet(const struct rme_device *device)
{
    (void)in(device, MODEM_STATUS);
    return (in(device, IDENTIFY) & NOTHING) != 0;
}
