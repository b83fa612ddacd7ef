/* SPDX-License-Identifier: Unlicense
 *
 * UART of Arm's CMSDK, output. DDI 0479, 4.3: DATA at 0, STATE at 4, CTRL at 8, BAUDDIV at 16.
 */
#include "board.h"
#include "drivers/console.h"

#include <stdint.h>

enum { STATE_FULL = 1 << 0, CTRL_TX = 1 << 0, BAUD_DIVISOR = 217, PATIENCE = 10000 };

void console_put(char c)
{
    volatile uint32_t *uart = (volatile uint32_t *)BOARD_CONSOLE_BASE;

    uart[4] = BAUD_DIVISOR;
    uart[2] |= CTRL_TX; /* a driver may receive */
    for (unsigned i = 0; i < PATIENCE && (uart[1] & STATE_FULL) != 0; i++) {
    }
    uart[0] = (uint8_t)c;
}
