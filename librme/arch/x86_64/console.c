/* SPDX-License-Identifier: Unlicense
 *
 * The console of a process that may not touch the I/O space: the 16550 through kernel functions.
 */
#include "drivers/console.h"

#include "board.h"
#include "rme/call.h"

enum { LINE_STATUS = 5, HOLDING_EMPTY = 0x20, PATIENCE = 100000 };

/* From the linker script: the capability to the ports of the console. */
extern char rme_console_capability[];

static word_t capability(void)
{
    return (word_t)rme_console_capability;
}

static word_t line_status(void)
{
    word_t value = 0;

    (void)rme_call_value(RME_SVC_KFN, capability(), RME_KFN_IO_READ,
                         BOARD_CONSOLE_BASE + LINE_STATUS, 1, 0, 0, 0, &value);
    return value;
}

void console_put(char c)
{
    for (unsigned i = 0; i < PATIENCE && (line_status() & HOLDING_EMPTY) == 0; i++) {
    }
    (void)rme_kfunc_call(rme_kfunc(capability()), RME_KFN_IO_WRITE, BOARD_CONSOLE_BASE, 1,
                         (unsigned char)c, 0, 0);
}
