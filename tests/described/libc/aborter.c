/* SPDX-License-Identifier: Unlicense
 *
 * Ends by a fault, as abort() says.
 */
#include "handles.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    puts("aborter: now");
    abort();
}
