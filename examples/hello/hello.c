/* SPDX-License-Identifier: Unlicense
 *
 * A process that prints and computes. That it ends is seen by init, which says so.
 */
#include "handles.h"
#include "rme/print.h"

static word_t last = 17; /* data of the image */
static word_t sum;       /* begins as 0 */

int main(void)
{
    rme_print("hello: I am a process, my data begins with %zu and %zu\n", last, sum);
    for (word_t i = 1; i <= last; i++) {
        sum += i * i;
        rme_print("hello: %zu squared is %zu, and the sum so far is %zu\n", i, i * i, sum);
    }
    rme_print("hello: the formula says %zu\n", last * (last + 1) * (2 * last + 1) / 6);
    return (int)(sum % 100);
}
