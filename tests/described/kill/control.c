/* SPDX-License-Identifier: Unlicense
 *
 * Control has the lowest priority: whenever it runs, everybody else has done what there was to do,
 * and whoever was to be begun anew has been. In each cell one victim commits one crime in one
 * round; the round before, that round and two more must give every process exactly what it gives
 * when nobody does anything, the victim's life after a restart being its first one again.
 */
#include "handles.h"
#include "rme/print.h"
#include "tests/described/kill/kill.h"

static const char *const victims[] = {"server", "client", "sensor", "worker"};
static const char *const crimes[] = {
    "nothing",
    "bad read",
    "bad write",
    "bad execute",
    "stack overflow",
    "undefined instruction",
    "endless loop",
    "used budget",
    "forged capabilities",
    "flood of signals",
    "flood of invocations",
    "flood of faults",
};

/* What a life is when nothing happens: the same that victims compute, without them. */
struct model {
    word_t lives, rounds, kept, sum;
};
static struct model model[VICTIMS];
static word_t bells; /* that wait at the server */

static const struct report *report_of(word_t victim)
{
    const unsigned char *const pages[] = {shared_of_server, shared_of_client, shared_of_sensor,
                                          shared_of_worker};

    return (const struct report *)(const void *)pages[victim];
}

/* Run by whoever floods it. */
word_t greet(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    return param + 1;
}

static void begin_life(word_t victim, word_t lives)
{
    model[victim] = (struct model){.lives = model[victim].lives + lives, .kept = FIRST};
}

static word_t given(word_t victim)
{
    struct model *life = &model[victim];
    word_t waiting = bells;

    switch (victim) {
    case SERVER:
        bells = 0;
        return waiting;
    case CLIENT:
        return life->rounds * life->rounds + 1;
    case SENSOR:
        bells += BELLS;
        return life->rounds;
    default:
        life->sum += life->rounds + 1;
        return life->sum;
    }
}

static bool is_as_foretold(word_t victim)
{
    const struct report *report = report_of(victim);
    const struct model *life = &model[victim];

    return report->lives == life->lives && report->rounds == life->rounds &&
           report->first == FIRST && (life->rounds == 0 || report->value == life->kept);
}

/* Everybody goes once, one after the other; who dies has not done this round. False: somebody is
 * not as he should be. */
static bool go(word_t dies, word_t lives)
{
    static const word_t order[] = {SENSOR, SERVER, CLIENT, WORKER};
    const rme_signal_t signals[] = {signal_go_server, signal_go_client, signal_go_sensor,
                                    signal_go_worker};
    bool is_good = true;

    for (word_t i = 0; i < VICTIMS; i++) {
        word_t victim = order[i];

        (void)rme_signal_send(signals[victim], 1);
        if (victim == dies) {
            begin_life(victim, lives); /* bells that it has not looked at wait for the next life */
        } else {
            model[victim].kept = kill_next(model[victim].kept, given(victim));
            model[victim].rounds++;
        }
    }
    for (word_t i = 0; i < VICTIMS; i++)
        is_good &= is_as_foretold(i);
    return is_good;
}

static word_t lives_of(word_t crime)
{
    if (crime == FLOOD_OF_FAULTS)
        return FAULTS;
    return crime == NOTHING || (crime >= FORGED_CAPABILITIES && crime <= FLOOD_OF_INVOCATIONS) ? 0
                                                                                               : 1;
}

/* What a crime that returns says of itself, and the noise that it made. */
static bool is_harmless(word_t victim, word_t crime)
{
    sword_t noise = rme_signal_receive(signal_noise, SIGNAL_POLL_ALL);
    word_t result = report_of(victim)->result;

    if (noise > 0 && crime != FLOOD_OF_SIGNALS)
        return false;
    switch (crime) {
    case FORGED_CAPABILITIES:
        return result == 0;
    case FLOOD_OF_SIGNALS:
        return result == SIGNALS && noise == SIGNALS;
    case FLOOD_OF_INVOCATIONS:
        return result == INVOCATIONS;
    default:
        return true;
    }
}

static bool survives(word_t victim, word_t crime)
{
    struct orders *orders = (struct orders *)(void *)shared_orders;
    word_t lives = lives_of(crime);
    bool is_good = go(VICTIMS, 0);

    orders->victim = victim;
    orders->crime = crime;
    orders->serial++;
    is_good &= go(lives != 0 ? victim : VICTIMS, lives);
    is_good &= report_of(victim)->served == orders->serial && is_harmless(victim, crime);
    is_good &= go(VICTIMS, 0);
    return is_good & go(VICTIMS, 0);
}

int main(void)
{
    word_t survived = 0, lives = 0;

    for (word_t i = 0; i < VICTIMS; i++)
        begin_life(i, 1);
    for (word_t victim = 0; victim < VICTIMS; victim++)
        for (word_t crime = NOTHING; crime < CRIMES; crime++) {
            bool is_good = survives(victim, crime);

            survived += is_good;
            rme_print("cell: %s, %s: %s\n", victims[victim], crimes[crime],
                      is_good ? "all go on" : "SOMEBODY IS HARMED");
        }
    for (word_t i = 0; i < VICTIMS; i++)
        lives += report_of(i)->lives;
    rme_print("control: %zu of %d cells survived, in %zu lives\n", survived, VICTIMS * CRIMES,
              lives);
    return 0;
}
