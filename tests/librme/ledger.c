/* SPDX-License-Identifier: Unlicense
 *
 * The ledger of the page server (servers/pages): what it offers, finds, claims and takes back; and
 * that of several threads that claim, each frame is one thread's.
 */
#include "servers/pages/ledger.h"

#include "tests/unit/tap.h"

#include <pthread.h>
#include <stdatomic.h>

enum { FIRST = 100, COUNT = 64, THREADS = 3, ROUNDS = 20000 };

static frame_t frames[COUNT];
static struct ledger ledger;

static word_t place(word_t frame)
{
    return frame * FRAME_BYTES;
}

static void begin(void)
{
    ledger_start(&ledger, frames, FIRST, COUNT);
    ledger_offer(&ledger, place(FIRST), place(COUNT));
}

static bool is(word_t frame, enum frame_kind kind, unsigned owner)
{
    unsigned found;

    return ledger_kind(&ledger, frame, &found) == kind && found == owner;
}

static void offers(void)
{
    ledger_start(&ledger, frames, FIRST, COUNT);
    tap_check(ledger_count(&ledger, FRAME_ABSENT, 0) == COUNT, "in the beginning there is none");
    ledger_offer(&ledger, place(FIRST - 5), place(5) + place(2));
    tap_check(is(FIRST, FRAME_FREE, 0) && is(FIRST + 1, FRAME_FREE, 0) &&
                  is(FIRST + 2, FRAME_ABSENT, 0),
              "what is offered and inside is free");
    ledger_offer(&ledger, place(FIRST + 10) + 1, place(3));
    tap_check(is(FIRST + 10, FRAME_ABSENT, 0) && is(FIRST + 11, FRAME_FREE, 0) &&
                  is(FIRST + 12, FRAME_FREE, 0) && is(FIRST + 13, FRAME_ABSENT, 0),
              "as far as it is whole frames");
    ledger_offer(&ledger, place(FIRST + 60), place(100));
    tap_check(ledger_count(&ledger, FRAME_FREE, 0) == 8, "up to the end");
    ledger_withdraw(&ledger, place(FIRST + 11) + 4095, 2);
    tap_check(is(FIRST + 11, FRAME_ABSENT, 0) && is(FIRST + 12, FRAME_ABSENT, 0),
              "what is touched can be withdrawn");
    tap_check(is(FIRST - 1, FRAME_ABSENT, 0) && is(FIRST + COUNT, FRAME_ABSENT, 0) &&
                  is(~(word_t)0, FRAME_ABSENT, 0),
              "outside there is nothing");
}

static void claims(void)
{
    word_t frame;

    begin();
    tap_check(ledger_find(&ledger, 1, &frame) && frame == FIRST, "the first is found");
    tap_check(ledger_claim(&ledger, FIRST + 5, 3, FRAME_KERNEL, 2) &&
                  is(FIRST + 7, FRAME_KERNEL, 2) && is(FIRST + 8, FRAME_FREE, 0),
              "frames are claimed");
    tap_check(!ledger_claim(&ledger, FIRST + 2, 4, FRAME_PAGE, 1) && is(FIRST + 2, FRAME_FREE, 0) &&
                  is(FIRST + 4, FRAME_FREE, 0) && is(FIRST + 5, FRAME_KERNEL, 2),
              "all or none");
    tap_check(!ledger_claim(&ledger, FIRST + COUNT - 1, 2, FRAME_PAGE, 1) &&
                  !ledger_claim(&ledger, FIRST - 1, 2, FRAME_PAGE, 1) &&
                  !ledger_claim(&ledger, 0, 1, FRAME_PAGE, 1) &&
                  !ledger_claim(&ledger, FIRST, ~(word_t)0, FRAME_PAGE, 1),
              "and none from outside");
    tap_check(ledger_find(&ledger, 8, &frame) && frame == 112, "a power of two is aligned");
    tap_check(ledger_find(&ledger, 6, &frame) && frame == FIRST + 8, "other numbers are not");
    tap_check(!ledger_find(&ledger, 64, &frame) && !ledger_find(&ledger, 0, &frame) &&
                  !ledger_find(&ledger, ~(word_t)0, &frame),
              "what is not there is not found");
    tap_check(ledger_give(&ledger, FIRST + 4, 5, FRAME_KERNEL, 1) == 0 &&
                  ledger_give(&ledger, FIRST + 4, 5, FRAME_PAGE, 2) == 0 &&
                  ledger_give(&ledger, FIRST - 5, 400, FRAME_KERNEL, 2) == 3,
              "each gives back its own");
    tap_check(ledger_count(&ledger, FRAME_FREE, 0) == COUNT, "and all is free");
}

/* Whose a frame is, written by whoever has claimed it: two would meet there. */
static unsigned holder[COUNT];
static _Atomic(unsigned) meetings, claimed;

static void *contend(void *argument)
{
    unsigned owner = *(const unsigned *)argument, state = owner + 1;

    for (unsigned round = 0; round < ROUNDS; round++) {
        word_t count, frame;

        state = state * 1664525 + 1013904223;
        count = 1 + (state >> 16) % 24;
        if (!ledger_find(&ledger, count, &frame) ||
            !ledger_claim(&ledger, frame, count, FRAME_PAGE, owner))
            continue;
        claimed++;
        for (word_t i = 0; i < count; i++)
            holder[frame - FIRST + i] = owner;
        for (word_t i = 0; i < count; i++)
            meetings += holder[frame - FIRST + i] != owner;
        if (ledger_give(&ledger, frame, count, FRAME_PAGE, owner) != count)
            meetings++;
    }
    return NULL;
}

static void threads(void)
{
    static unsigned owners[THREADS] = {1, 2, 3};
    pthread_t thread[THREADS];

    begin();
    for (unsigned i = 0; i < THREADS; i++)
        (void)pthread_create(&thread[i], NULL, contend, &owners[i]);
    for (unsigned i = 0; i < THREADS; i++)
        (void)pthread_join(thread[i], NULL);
    printf("# %u claims\n", claimed);
    tap_check(meetings == 0 && claimed > ROUNDS, "no frame is two threads' at a time");
    tap_check(ledger_count(&ledger, FRAME_FREE, 0) == COUNT, "and none is lost");
}

int main(void)
{
    offers();
    claims();
    threads();
    return tap_end();
}
