/* SPDX-License-Identifier: Unlicense
 *
 * USART of STM32F4, output. RM0090, 30.6: SR at 0, DR at 4, CR1 at 12.
 */
#include "board.h"
#include "drivers/console.h"

#include <stdint.h>

enum { SR_TXE = 1 << 7, CR1_UE_TE = 1 << 13 | 1 << 3, PATIENCE = 10000 };

void console_put(char c)
{
    volatile uint32_t *usart = (volatile uint32_t *)BOARD_CONSOLE_BASE;

    usart[3] |= CR1_UE_TE; /* a driver may receive */
    for (unsigned i = 0; i < PATIENCE && (usart[0] & SR_TXE) == 0; i++) {
    }
    usart[1] = (uint8_t)c;
}
