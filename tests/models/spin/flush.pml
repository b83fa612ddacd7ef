/* SPDX-License-Identifier: Unlicense
 *
 * Flush epoch: a page table is freed only when no CPU can walk to it through an old translation.
 *
 * A child table has two parents, one entry in each. Each CPU for ever uses its translations,
 * ticks (and flushes if the flush epoch has moved), sleeps and wakes; its walker fills at any
 * time. CPU 0 detaches the child from the first parent, CPU 1 from the second; CPU 0 then deletes.
 *
 * Detach: clear the entry, move the flush epoch on, raise the child's stamp to it, then take back the
 * count. Flush: read the flush epoch, drop the translations, then note the epoch that was read.
 *
 * Twins: STAMP_FIRST  the flush epoch moves before the entry is cleared
 *        COUNT_FIRST  the count is taken back before the stamp is raised
 *        STAMP_STORED the stamp is stored, not raised: of two detaches the older may come last
 *        NOTE_LATE    a flush notes the epoch as it is after the flush
 *        WAKE_STALE   a CPU that wakes does not look at the flush epoch
 */
#define CPUS    2
#define OFFLINE 255

bool entry[2] = true;      /* of each parent: names the child */
byte count = 2;            /* entries that name the child */
byte flush_epoch = 0;
byte stamp = 0;
byte flushed[CPUS] = 0;    /* the flush epoch at the last flush of each CPU, or OFFLINE */
bool cached[4] = false;    /* 2 * CPU + parent: the CPU holds that translation */
bool freed = false;        /* ghost */

#define CACHED(cpu) (cached[2 * cpu] || cached[2 * cpu + 1])

#define FORGET_TRANSLATIONS d_step { cached[2 * self] = false; cached[2 * self + 1] = false }

inline flush(now)
{
    now = flush_epoch;
    FORGET_TRANSLATIONS;
#ifdef NOTE_LATE
    now = flush_epoch;
#endif
    d_step { last = now; flushed[self] = now; now = 0 }
}

proctype cpu(byte self)
{
    byte old = 0, now = 0, other = 0;
    byte last = 0;         /* the flush epoch at its last flush, for itself */
    bool awake = true, detached = false;

end:
    do
    :: awake && CACHED(self) -> assert(!freed)             /* a walk through the child */

    :: awake && flush_epoch != last -> flush(now)          /* tick */

    :: awake -> d_step { awake = false; flushed[self] = OFFLINE }

    :: !awake ->                                           /* wake: online first, then flush */
        flushed[self] = last;
#ifndef WAKE_STALE
        if
        :: flush_epoch != last -> flush(now)
        :: else
        fi;
#endif
        awake = true

    :: awake && !detached -> detached = true;
#ifdef STAMP_FIRST
        d_step { flush_epoch++; now = flush_epoch }; /* fetch-add */
        entry[self] = false;
#else
        entry[self] = false;
        d_step { flush_epoch++; now = flush_epoch };
#endif
#ifdef COUNT_FIRST
        count--;
#endif
#ifdef STAMP_STORED
        stamp = now;
#else
        d_step { stamp = (stamp < now -> now : stamp) };
#endif
#ifndef COUNT_FIRST
        count--;
#endif
        now = 0

    :: awake && self == 0 && count == 0 && !freed ->       /* delete; OFFLINE is above any stamp */
        old = stamp;
        do
        :: atomic { other < CPUS && flushed[other] >= old -> other++ }
        :: else -> break
        od;
        atomic { freed = (other == CPUS); other = 0; old = 0 }
    od
}

/* The walker of a CPU fills at any time, between any two steps of that CPU, even while it sleeps. */
proctype walker(byte self)
{
end:
    do
    :: atomic { entry[0] && !cached[2 * self] -> cached[2 * self] = true }
    :: atomic { entry[1] && !cached[2 * self + 1] -> cached[2 * self + 1] = true }
    od
}

init
{
    atomic { run cpu(0); run cpu(1); run walker(0); run walker(1) }
}
