/* SPDX-License-Identifier: Unlicense
 *
 * A process that prints. That it ends is seen by init, which says so.
 */
#include "handles.h"
#include "rme/print.h"

static word_t counter = 40;
static word_t zeroed;

int main(void)
{
    rme_print("hello: I am a process\n");
    counter++;
    zeroed++;
    rme_print("hello: 40 + 1 is %zu, 0 + 1 is %zu\n", counter, zeroed);
    return 0;
}
