/* SPDX-License-Identifier: Unlicense
 *
 * The thief. What the hardware refuses ends his life, and the safety daemon begins him anew with
 * his memory as it was at first; so that it is the vault who knows which crime is next.
 */
#include "abi/names.h"
#include "handles.h"
#include "rme/assert.h"
#include "rme/print.h"

enum { IDS = 0x20000, COINS = 1000, VISITS = 500 };

static const char *name_of(sword_t status)
{
    return rme_status_names[-status];
}

/* ---- What the hardware refuses ---- */

static void read(word_t ledger)
{
    rme_print("thief: I read the ledger\n");
    rme_print("thief: the last page says %zu\n", *(volatile word_t *)ledger);
}

static void write(word_t ledger)
{
    rme_print("thief: I write in the ledger\n");
    *(volatile word_t *)ledger = 1000000;
}

static void execute(word_t ledger)
{
    rme_print("thief: I run what stands in the ledger\n");
    ((void (*)(void))(ledger | 1))();
}

static void change_own_code(word_t ledger)
{
    (void)ledger;
    rme_print("thief: I change my own program\n");
    *(volatile unsigned char *)(word_t)change_own_code = 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): it is meant to use up the stack */
static word_t deeper(volatile word_t *above)
{
    volatile word_t here[8] = {*above + 1};

    return here[0] == 0 ? 0 : deeper(here) + here[0];
}

static void outgrow_stack(word_t ledger)
{
    volatile word_t begin = 0;

    (void)ledger;
    rme_print("thief: I take more stack than I have\n");
    (void)deeper(&begin);
}

/* ---- What the kernel refuses ---- */

/* Every id that there can be in tables as small as these, of one level and of two. */
static void guess(word_t ledger)
{
    word_t hits = 0;

    (void)ledger;
    for (word_t id = 0; id < IDS; id++)
        hits += rme_signal_send((rme_signal_t){{id}}, 1) == STATUS_OK;
    rme_print("thief: %d names guessed, and %zu of them lets me send: my own\n", IDS, hits);
}

static void abuse(word_t ledger)
{
    word_t value;

    (void)ledger;
    rme_print("thief: the coins of others: %s\n",
              name_of(rme_signal_receive(signal_coin, SIGNAL_POLL_ALL)));
    rme_print("thief: a signal as a port: %s\n",
              name_of(rme_invoke_hidden((rme_invocation_t){signal_coin.id}, 0, &value)));
    rme_print("thief: a port as a signal: %s\n",
              name_of(rme_signal_send((rme_signal_t){port_vault_look.id}, 1)));
    rme_print("thief: another entry for the port: %s\n",
              name_of(rme_invocation_set(port_vault_look, ledger, ledger, 0)));
}

/* He was given no kernel memory, and no table that he may write. */
static void exhaust(word_t ledger)
{
    word_t made = 0;

    (void)ledger;
    for (word_t table = 0; table < 64; table++)
        for (word_t memory = 0; memory < 64; memory++)
            made += rme_captable_create((rme_captable_t){{table}}, 0, (rme_kmem_t){{memory}}, 0,
                                        16) == STATUS_OK;
    rme_print("thief: 4096 tries to use up the kernel's memory, %zu objects made\n", made);
}

static void flood(word_t ledger)
{
    word_t visits = 0;

    (void)ledger;
    for (word_t i = 0; i < VISITS; i++)
        rme_assert(rme_invoke_hidden(port_vault_look, 0, &visits) == STATUS_OK);
    rme_print("thief: %d visits in a row, the vault counts %zu\n", VISITS, visits);
    for (word_t i = 0; i < COINS; i++)
        rme_assert(rme_signal_send(signal_coin, 1) == STATUS_OK);
    rme_print("thief: %d coins in a row\n", COINS);
}

static void (*const crimes[])(word_t) = {read,  write, execute, change_own_code, outgrow_stack,
                                         guess, abuse, exhaust, write,           flood};
enum { CRIMES = sizeof(crimes) / sizeof(crimes[0]) };

int main(void)
{
    for (;;) {
        word_t message[RME_MESSAGE_WORDS] = {true}, visit;

        rme_assert(rme_invoke_message(port_vault_look, message, &visit) == STATUS_OK);
        if (visit > CRIMES)
            return 0;
        crimes[visit - 1](message[1]);
    }
}
