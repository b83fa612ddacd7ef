/* SPDX-License-Identifier: Unlicense
 *
 * Rings, and then leaves its stack, at the lower end of which its memory ends.
 */
#include "handles.h"
#include "rme/print.h"

/* NOLINTNEXTLINE(misc-no-recursion): that is what it is for */
static int deep(int n)
{
    volatile char pad[96];

    pad[0] = (char)n;
    return n == 0 ? pad[0] : deep(n - 1) + pad[0];
}

int main(void)
{
    rme_print("b: sends %d\n", (int)rme_signal_send(signal_bell, 1));
    return deep(100);
}
