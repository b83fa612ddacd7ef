/* SPDX-License-Identifier: Unlicense
 *
 * Quiescence: what was looked up before a freeze is not freed while a CPU may still use it.
 *
 * Each CPU for ever looks up and uses, freezes, deletes, ticks, sleeps and wakes, or advances the
 * epoch. The slot is the least that this needs: valid or frozen with a stamp; after the delete
 * the model makes a fresh valid slot, the object being a new one.
 *
 * Twins: DISTANCE=2       the stamp is one epoch old when the freeze happens, 2 is too near
 *        STAMP_AFTER      the freeze happens first and the stamp is written into it later
 *        SKIP_ONLINE_MARK a woken CPU works before it has marked itself online
 */
#ifndef CPUS
#define CPUS 2
#endif
#include "epoch.pml"

#define VALID       255                     /* any other header: frozen, and the stamp */

byte header = VALID;
byte users = 0; /* ghost: CPUs that hold what they looked up in the present life */

proctype cpu(byte self)
{
    byte now = 0, other = 0, old = 0;
    bool won = false, asleep = false;

end:
    do
    :: !asleep -> tick(self, now)

    :: !asleep -> advance(now, other)

    :: atomic { !asleep && header == VALID -> users++ }; /* look up, */
        users--                             /* and use: no tick can come in between */

    :: !asleep && header == VALID ->        /* freeze: the epoch is read before the state changes */
#ifdef STAMP_AFTER
        compare_exchange(header, VALID, 0, won); /* frozen, with whatever stamp stood there */
        if
        :: won -> header = epoch; won = false
        :: else
        fi
#else
        now = epoch;
        compare_exchange(header, VALID, now, won);
        d_step { now = 0; won = false }
#endif

    :: !asleep && header != VALID ->        /* delete: the stamp is read before the epoch */
        old = header;
        if
        :: old != VALID ->
            now = epoch;
            if
            :: QUIESCED(now, old) ->
                d_step {
                    compare_exchange(header, old, VALID, won);
                    assert(!won || users == 0)
                }
            :: else
            fi
        :: else
        fi;
        d_step { now = 0; old = 0; won = false }

#ifndef NO_SLEEP
    :: !asleep -> d_step { seen[self] = OFFLINE; asleep = true }
#endif

    :: asleep ->                            /* wake: the epoch may be old when it is stored */
#ifdef SKIP_ONLINE_MARK
        asleep = false
#else
        now = epoch;
        atomic {
            if
            :: DISTANCE_OF(epoch, now) >= 0 -> seen[self] = now; asleep = false
            :: else /* too old for a counter modulo 8; the real one has 2^23 epochs at least */
            fi
        };
        now = 0
#endif
    od
}

init
{
    byte cpu_id = 0;

    atomic {
        do
        :: cpu_id < CPUS -> run cpu(cpu_id); cpu_id++
        :: else -> break
        od
    }
}
