/* SPDX-License-Identifier: Unlicense
 *
 * A thread that would run for ever. It counts its rounds, by which the scheduler sees how far it
 * came.
 */
#include "shop.h"

volatile word_t rounds[WORKERS];

void work(word_t param)
{
    for (;;)
        rounds[param]++;
}
