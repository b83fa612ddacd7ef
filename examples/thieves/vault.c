/* SPDX-License-Identifier: Unlicense
 *
 * The honest one. It tells everybody where the last page of its ledger lies, which is where the
 * thief has nothing: that is no secret, what stands there is.
 */
#include "handles.h"
#include "rme/print.h"

enum { PAGES = 2000, COINS = 1001 };

static word_t ledger[PAGES];
static word_t visits;

static word_t sum(void)
{
    word_t all = 0;

    for (word_t i = 0; i < PAGES; i++)
        all += ledger[i];
    return all;
}

/* Run by the visitor's thread. param: whether to talk. */
word_t look(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    message[1] = (word_t)&ledger[PAGES - 1];
    visits++;
    if (param != 0)
        rme_print("vault: visit %zu, the ledger adds up to %zu\n", visits, sum());
    return visits;
}

int main(void)
{
    word_t coins = 0;

    for (word_t i = 0; i < PAGES; i++)
        ledger[i] = i + 1;
    while (coins < COINS)
        coins += (word_t)rme_signal_receive(signal_coin, SIGNAL_RECEIVE_ALL);
    rme_print("vault: %zu coins came, and the ledger adds up to %zu\n", coins, sum());
    return 0;
}
