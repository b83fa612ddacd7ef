/* SPDX-License-Identifier: Unlicense
 *
 * The epoch of quiescence, as the other Promela models include it. Memory is sequentially consistent
 * here; what weaker memories may do is the subject of relacy/ and litmus/.
 *
 * Each step that touches a shared word is one Promela statement, so that other CPUs come in between.
 * The epoch counts modulo 8: a signed distance lies in -4..3, and a model may run for ever.
 *
 * A model defines CPUS before it includes this. DISTANCE is what freeze, delete and remove ask for.
 */
#ifndef DISTANCE
#define DISTANCE 3
#endif

#define EPOCHS  8
#define OFFLINE 8

byte epoch = 0;
byte seen[CPUS] = 0;

#define DISTANCE_OF(now, stamp) ((((now) - (stamp) + EPOCHS + EPOCHS / 2) % EPOCHS) - EPOCHS / 2)
#define QUIESCED(now, stamp)    (DISTANCE_OF(now, stamp) >= DISTANCE)

/* A compare-exchange; `won` says whether it happened. */
inline compare_exchange(word, old, new, won)
{
    d_step {
        won = (word == old);
        word = (won -> new : word)
    }
}

/* The timer tick of a CPU, between two calls, never inside one. Two steps: the epoch may move on. */
inline tick(self, now)
{
    now = epoch;
    d_step { seen[self] = now; now = 0 }
}

/* What a refused call does once: read each `seen` once, then one compare-exchange. */
inline advance(now, cpu)
{
    now = epoch;
    do
    :: atomic { cpu < CPUS && (seen[cpu] == now || seen[cpu] == OFFLINE) -> cpu++ }
    :: else -> break
    od;
    atomic {
        if
        :: cpu == CPUS && epoch == now -> epoch = (now + 1) % EPOCHS
        :: else
        fi;
        now = 0; cpu = 0
    }
}
