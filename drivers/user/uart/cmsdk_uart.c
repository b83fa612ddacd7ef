/* SPDX-License-Identifier: Unlicense
 *
 * UART of Arm's CMSDK. DDI 0479, 4.3. It holds one byte each way; an interrupt is remembered in
 * INTSTATUS until it is taken back there, and each way has a line.
 */
#include "drivers/user/uart.h"

enum reg { DATA, STATE, CTRL, INTSTATUS, BAUDDIV };

enum {
    STATE_TX_FULL = 1 << 0,
    STATE_RX_FULL = 1 << 1,
    STATE_RX_OVERRUN = 1 << 3, /* until it is written */
    CTRL_ON = 1 << 1 | 1 << 0, /* receiver, sender */
    CTRL_TX_INTERRUPT = 1 << 2,
    CTRL_RX_INTERRUPT = 1 << 3,
    INT_TX = 1 << 0,
    INT_RX = 1 << 1,
    BAUD_DIVISOR = 217,
};

void uart_start(const struct rme_device *device)
{
    device->registers[BAUDDIV] = BAUD_DIVISOR;
    device->registers[CTRL] = CTRL_ON;
    (void)device->registers[DATA];
    device->registers[STATE] = STATE_RX_OVERRUN;
    device->registers[INTSTATUS] = INT_TX | INT_RX;
}

int uart_receive(const struct rme_device *device)
{
    uint32_t state = device->registers[STATE];

    if ((state & STATE_RX_FULL) == 0)
        return UART_NOTHING;
    if ((state & STATE_RX_OVERRUN) != 0)
        device->registers[STATE] = STATE_RX_OVERRUN;
    return (int)(device->registers[DATA] & 0xFF) |
           ((state & STATE_RX_OVERRUN) != 0 ? UART_DAMAGED : 0);
}

word_t uart_room(const struct rme_device *device)
{
    return (device->registers[STATE] & STATE_TX_FULL) == 0 ? 1 : 0;
}

void uart_put(const struct rme_device *device, uint8_t byte)
{
    device->registers[DATA] = byte;
}

void uart_ask(const struct rme_device *device, bool to_receive, bool to_send)
{
    device->registers[CTRL] =
        CTRL_ON | (to_receive ? CTRL_RX_INTERRUPT : 0u) | (to_send ? CTRL_TX_INTERRUPT : 0u);
}

/* It has no wire for that. */
void uart_let(const struct rme_device *device, bool may_send)
{
    (void)device;
    (void)may_send;
}

/* What has come, or gone, before its interrupt was asked for, is in INTSTATUS never. */
bool uart_is_quiet(const struct rme_device *device)
{
    uint32_t told = device->registers[INTSTATUS] & (INT_TX | INT_RX);
    uint32_t asked = device->registers[CTRL], state;

    device->registers[INTSTATUS] = told;
    state = device->registers[STATE];
    return told == 0 && ((asked & CTRL_RX_INTERRUPT) == 0 || (state & STATE_RX_FULL) == 0) &&
           ((asked & CTRL_TX_INTERRUPT) == 0 || (state & STATE_TX_FULL) != 0);
}
