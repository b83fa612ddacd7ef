/* SPDX-License-Identifier: Unlicense
 *
 * The one who takes all the time that there is: he was given 5 ms.
 */
#include "handles.h"
#include "rme/print.h"

int main(void)
{
    rme_print("glutton: I run for ever\n");
    for (;;)
        __asm__ volatile("");
}
