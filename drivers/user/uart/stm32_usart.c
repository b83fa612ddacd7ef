/* SPDX-License-Identifier: Unlicense
 *
 * USART of STM32F4. RM0090, 30.6. Its interrupts are levels that end when what they ask for is
 * done, and it has one line for all of them.
 */
#include "drivers/user/uart.h"

enum reg { SR, DR, BRR, CR1 };

enum {
    SR_ERRORS = 0x0F, /* overrun, noise, framing, parity */
    SR_RXNE = 1 << 5,
    SR_TXE = 1 << 7,
    CR1_ON = 1 << 13 | 1 << 3 | 1 << 2, /* the device, sender, receiver */
    CR1_RXNEIE = 1 << 5,
    CR1_TXEIE = 1 << 7,
};

void uart_start(const struct rme_device *device)
{
    device->registers[CR1] = CR1_ON;
    (void)device->registers[SR];
    (void)device->registers[DR];
}

/* Reading SR, then DR, also takes errors back. */
int uart_receive(const struct rme_device *device)
{
    uint32_t state = device->registers[SR];

    if ((state & SR_RXNE) == 0)
        return UART_NOTHING;
    return (int)(device->registers[DR] & 0xFF) | ((state & SR_ERRORS) != 0 ? UART_DAMAGED : 0);
}

word_t uart_room(const struct rme_device *device)
{
    return (device->registers[SR] & SR_TXE) != 0 ? 1 : 0;
}

void uart_put(const struct rme_device *device, uint8_t byte)
{
    device->registers[DR] = byte;
}

void uart_ask(const struct rme_device *device, bool to_receive, bool to_send)
{
    device->registers[CR1] = CR1_ON | (to_receive ? CR1_RXNEIE : 0u) | (to_send ? CR1_TXEIE : 0u);
}

/* The console's pins have no RTS. */
void uart_let(const struct rme_device *device, bool may_send)
{
    (void)device;
    (void)may_send;
}

/* A level that is still up would fire again: it is quicker to look here. (And QEMU 7.2 has no
 * interrupt for room: there it is always there.) */
bool uart_is_quiet(const struct rme_device *device)
{
    static_assert(SR_RXNE == CR1_RXNEIE && SR_TXE == CR1_TXEIE, "states have the bits of masks");
    return (device->registers[SR] & device->registers[CR1] & (SR_RXNE | SR_TXE)) == 0;
}
