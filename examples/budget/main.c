/* SPDX-License-Identifier: Unlicense
 *
 * The one that looks: after each period it tells how far the workers came.
 */
#include "rme/print.h"
#include "shop.h"

/* In whole per cent of what all of them did since the last time. */
static void measure(word_t percent[WORKERS])
{
    static word_t before[WORKERS];
    word_t all = 0;

    for (word_t i = 0; i < WORKERS; i++) {
        word_t now = rounds[i];

        percent[i] = now - before[i];
        before[i] = now;
        all += percent[i];
    }
    for (word_t i = 0; i < WORKERS; i++)
        percent[i] = (percent[i] * 100 + all / 2) / all;
}

int main(void)
{
    word_t percent[WORKERS], used_all = 0;

    (void)rme_signal_receive(signal_period_over, SIGNAL_RECEIVE_SINGLE);
    measure(percent); /* of what init gave them */
    for (word_t n = 0; n < POLICIES * PERIODS; n++) {
        const unsigned char *share = shares[n / PERIODS];

        if (n % PERIODS == 0)
            rme_print("a shall have %u, b %u, c %u per cent\n", share[0], share[1], share[2]);
        (void)rme_signal_receive(signal_period_over, SIGNAL_RECEIVE_SINGLE);
        measure(percent);
        used_all += exhausted;
        rme_print("period %zu: a had %zu, b %zu, c %zu per cent; %zu used all\n", n + 1, percent[0],
                  percent[1], percent[2], exhausted);
    }
    rme_print("in %d periods, %zu times all of a share was used\n", POLICIES * PERIODS, used_all);
    return 0;
}
