/* SPDX-License-Identifier: Unlicense
 *
 * 16550 in a PC's I/O space, 115200 baud, 8N1. National Semiconductor PC16550D, section 8.
 */
#include "drivers/console.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    COM1 = 0x3F8,
    DATA = COM1,       /* divisor, low byte, while LINE_CONTROL has DIVISOR_ACCESS */
    ENABLE = COM1 + 1, /* likewise, high byte */
    FIFO_CONTROL = COM1 + 2,
    LINE_CONTROL = COM1 + 3,
    MODEM_CONTROL = COM1 + 4,
    LINE_STATUS = COM1 + 5,

    DIVISOR_ACCESS = 0x80,
    EIGHT_BITS = 0x03,
    FIFO_ON = 0x07,        /* and cleared */
    TERMINAL_IS_ON = 0x0B, /* DTR, RTS, OUT2 */
    DIVISOR = 1,           /* 115200 baud */
    HOLDING_EMPTY = 0x20,

    PATIENCE = 100000,
};

static void out(uint16_t port, uint8_t byte)
{
    __asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"(port));
}

static uint8_t in(uint16_t port)
{
    uint8_t byte;

    __asm__ volatile("inb %1, %0" : "=a"(byte) : "Nd"(port));
    return byte;
}

static void prepare(void)
{
    out(ENABLE, 0);
    out(LINE_CONTROL, DIVISOR_ACCESS);
    out(DATA, DIVISOR);
    out(ENABLE, 0);
    out(LINE_CONTROL, EIGHT_BITS);
    out(FIFO_CONTROL, FIFO_ON);
    out(MODEM_CONTROL, TERMINAL_IS_ON);
}

void console_put(char c)
{
    static bool is_ready;

    if (!is_ready) {
        prepare();
        is_ready = true;
    }
    for (unsigned i = 0; i < PATIENCE; i++) {
        if ((in(LINE_STATUS)&HOLDING_EMPTY) != 0) {
            out(DATA, (uint8_t)c);
            return;
        }
    }
}
