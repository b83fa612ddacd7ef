/* SPDX-License-Identifier: Unlicense */
#include "handles.h"
#include "rme/print.h"

static volatile word_t nowhere = 64; /* an address where nobody has memory */

int main(void)
{
    rme_print("vital: I crash\n");
    *(volatile word_t *)nowhere = 1;
    rme_print("vital: nobody has noticed\n");
    return 0;
}
