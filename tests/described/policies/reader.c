/* SPDX-License-Identifier: Unlicense
 *
 * The reader counts until nobody has lived for a long time, and tells.
 */
#include "handles.h"
#include "rme/print.h"
#include "tests/described/policies/diary.h"

enum { LONG = 2000000 };

/* Each wait is twice as long as the one before, but for a fourth. In the first one others crash. */
static bool doubles(const volatile word_t *waits)
{
    for (word_t i = 2; i < 4; i++)
        if (waits[i] < 2 * waits[i - 1] - waits[i - 1] / 4 ||
            waits[i] > 2 * waits[i - 1] + waits[i - 1] / 4)
            return false;
    return true;
}

int main(void)
{
    volatile struct diary *diary = (struct diary *)(void *)shared_diary;

    while (diary->counted - diary->since < LONG)
        diary->counted++;
    rme_print("reader: %zu, %zu, %zu and %zu lives\n", diary->lives[UNSAID], diary->lives[STOPPED],
              diary->lives[BEGUN], diary->lives[WAITS]);
    rme_print("reader: %zu found their data spoilt\n", diary->errors);
    rme_print("reader: told %d times\n", (int)rme_signal_receive(signal_again, SIGNAL_POLL_ALL));
    rme_print("reader: each wait %s\n",
              doubles(diary->waits) ? "is twice the one before" : "is as it likes");
    return 0;
}
