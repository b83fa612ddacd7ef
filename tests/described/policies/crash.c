/* SPDX-License-Identifier: Unlicense
 *
 * A life: it finds its data as the program has it, spoils it, and crashes.
 */
#include "handles.h"
#include "tests/described/policies/diary.h"

static volatile word_t kept = FIRST;
static volatile word_t zero;
static volatile word_t nowhere = 64; /* an address where nobody has memory */

int main(void)
{
    volatile struct diary *diary = (struct diary *)(void *)shared_diary;

    diary->errors += kept != FIRST || zero != 0;
    kept = zero = 1;
    if (WHO == WAITS && diary->lives[WAITS] != 0)
        diary->waits[diary->lives[WAITS] - 1] = diary->counted - diary->since;
    if (WHO == WAITS)
        diary->since = diary->counted;
    diary->lives[WHO]++;
    return (int)*(volatile word_t *)nowhere;
}
