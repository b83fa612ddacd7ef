/* SPDX-License-Identifier: Unlicense
 *
 * Walks through a port that computes with doubles, with doubles of its own.
 */
#include "handles.h"

#include <math.h>
#include <stdio.h>

int main(void)
{
    const double mine = exp(1), more = log(3);
    word_t message[RME_MESSAGE_WORDS] = {2}, value = 0;
    sword_t status = rme_invoke_message(port_program_root, message, &value);

    printf("visitor: status %d, the root of 2 is %zu, or %zu thousandths; I keep %.15g and %.15g\n",
           (int)status, value, message[1], mine, more);
    return 0;
}
