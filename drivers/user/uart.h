/* SPDX-License-Identifier: Unlicense
 *
 * The registers of a serial device, for a process that drives it (drivers/user/serial.h, which one
 * uses instead). One interface; which device stands behind it is the chip's data: the console's
 * driver in drivers/ has its twin of the same name in drivers/user/uart, and librme holds that one.
 *
 * Every function takes constant time and none waits.
 */
#pragma once

#include "rme/device.h"

enum { UART_NOTHING = -1, UART_DAMAGED = 0x100 };

/* Before anything else: receives and sends, and asks for no interrupt. What the device holds by
 * then is lost. */
void uart_start(const struct rme_device *device);

/* A byte that has come, with UART_DAMAGED if it, or one before it, was; or UART_NOTHING. */
int uart_receive(const struct rme_device *device);

/* How many bytes may be put before this is asked again. */
word_t uart_room(const struct rme_device *device);

void uart_put(const struct rme_device *device, uint8_t byte);

/* Have interrupts when bytes have come, and when there is room again. */
void uart_ask(const struct rme_device *device, bool to_receive, bool to_send);

/* Tell the other end of the cable whether it may send, where the device has a wire for that. */
void uart_let(const struct rme_device *device, bool may_send);

/* Take back the interrupt that the device tells. True: whatever comes from now on is an interrupt,
 * as far as it was asked for. False: look at everything again. A driver looks until this is true,
 * and only then unmasks the line, which may be an edge. */
bool uart_is_quiet(const struct rme_device *device);
