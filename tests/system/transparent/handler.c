/* SPDX-License-Identifier: Unlicense
 *
 * A transparent interrupt: an ordinary function in the vector table, above the kernel. It may be
 * anywhere in the kernel's work, so that it touches devices and memory of its own and nothing else.
 * It wakes a driver by raising a line that does enter the kernel.
 */
#include "tests/system/transparent/handler.h"
#include "tests/system/armv7m/include/test/machine.h"

enum { RETTOBASE = 1 << 11 }; /* of ICSR: no other exception is active. DDI 0403E, B3.2.4 */

void test_transparent(void);

void test_transparent(void)
{
    TRANSPARENT->now = machine_now();
    TRANSPARENT->count++;
    machine_alarm_stop();
    if ((*machine_register(0xE000ED04) & RETTOBASE) == 0)
        TRANSPARENT->was_in_kernel++;
    if (TRANSPARENT->wakes != 0)
        *machine_register(0xE000E200 + MACHINE_NO_LINE / 32 * 4) = 1u << MACHINE_NO_LINE % 32;
}
