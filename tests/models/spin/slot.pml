/* SPDX-License-Identifier: Unlicense
 *
 * Life cycle of a root slot and of one leaf made from it: create, use, delegate, freeze, remove, delete,
 * and the un-freeze of a delete that finds references. Two CPUs do any of these for ever, each step
 * of the one between any two steps of the other.
 *
 * A header is state and stamp in one word and changes by compare-exchange only. Claims: what is used is
 * alive; an object is freed once; references never go below none; nothing is freed that a leaf names.
 *
 * Twins: DISTANCE=2      too near to a freeze
 *        STAMP_APART     the state changes first, the stamp is stored behind it
 *        COUNT_AT_FREEZE references are looked at when freezing only, not again when deleting
 *        UNREF_FIRST     remove takes its reference back before it has won the slot
 *        ERASE_BY_STORE  delete and remove claim by a store instead of exchanging what they checked
 *
 * Variant, not in the run because it takes a minute: FREEZE_AT_ONCE=true (freeze asks for no distance)
 * holds as well. With the stamp in the word that is exchanged, the distance after creation is a second
 * line of defence.
 */
#define CPUS 2
#include "epoch.pml"

#ifndef FREEZE_AT_ONCE
#define FREEZE_AT_ONCE false
#endif

#define EMPTY    0
#define CREATING 1
#define VALID    2
#define FROZEN   3

#define HEADER(state, stamp) ((state) * EPOCHS + (stamp))
#define STATE(header)        ((header) / EPOCHS)
#define STAMP(header)        ((header) % EPOCHS)
#define NAMES_OBJECT(header) (STATE(header) >= VALID)

byte root = HEADER(EMPTY, 0);
byte leaf = HEADER(EMPTY, 0);
byte count = 0; /* leaves of the root */

bool alive = false; /* ghost: the object of the root exists */
byte users = 0;     /* ghost: CPUs that use it now */

/* Enter `state`: stamp it with the epoch read before the exchange. */
inline enter(word, old, state, now, won)
{
    now = epoch;
#ifdef STAMP_APART
    compare_exchange(word, old, HEADER(state, STAMP(old)), won);
    if
    :: won -> word = HEADER(state, now)
    :: else
    fi
#else
    compare_exchange(word, old, HEADER(state, now), won)
#endif
}

/* Whoever ends a life takes the slot first: to all others it is being filled. */
#ifdef ERASE_BY_STORE
#define CLAIM(word, old, won) won = true; word = HEADER(CREATING, STAMP(old))
#else
#define CLAIM(word, old, won) compare_exchange(word, old, HEADER(CREATING, STAMP(old)), won)
#endif

inline create(old, now, won)
{
    old = root;
    if
    :: STATE(old) == EMPTY ->
        enter(root, old, CREATING, now, won);
        if
        :: won ->
            d_step { assert(!alive && count == 0); alive = true };
            root = HEADER(VALID, STAMP(root)) /* publish: a release store, only its owner is here */
        :: else
        fi
    :: else
    fi
}

/* Reading the header is the look-up. Whoever saw it valid uses the object, unhindered, to the end. */
inline use(word, won)
{
    d_step {
        won = (STATE(word) == VALID);
        users = users + won;
        assert(!won || alive)
    };
    if
    :: won -> d_step { assert(alive); users-- }
    :: else
    fi
}

inline delegate(old, now, won)
{
    d_step {
        won = (STATE(root) == VALID);
        users = users + won;
        assert(!won || alive)
    };
    if
    :: won ->
        old = leaf;
        if
        :: STATE(old) == EMPTY ->
            enter(leaf, old, CREATING, now, won);
            if
            :: won ->
                d_step { assert(alive); count++ };
                leaf = HEADER(VALID, STAMP(leaf))
            :: else
            fi
        :: else
        fi;
        d_step { assert(alive); users-- }
    :: else
    fi
}

/* The stamp is read (with the header) before the epoch. The root needs a count of none. */
inline freeze(word, references, old, now, won)
{
    old = word;
    if
    :: STATE(old) == VALID ->
        now = epoch;
        if
        :: QUIESCED(now, STAMP(old)) || FREEZE_AT_ONCE ->
            if
            :: references == 0 -> enter(word, old, FROZEN, now, won)
            :: else
            fi
        :: else
        fi
    :: else
    fi
}

inline delete(old, now, won)
{
    old = root;
    if
    :: STATE(old) == FROZEN ->
        now = epoch;
        if
        :: QUIESCED(now, STAMP(old)) ->
            CLAIM(root, old, won);
            if
            :: won ->
                if
#ifdef COUNT_AT_FREEZE
                :: true ->
#else
                :: count != 0 -> now = epoch; root = HEADER(VALID, now) /* to be cleaned up */
                :: count == 0 ->
#endif
                    d_step {
                        assert(alive && users == 0 && !NAMES_OBJECT(leaf));
                        alive = false;
                        root = HEADER(EMPTY, STAMP(old))
                    }
                fi
            :: else
            fi
        :: else
        fi
    :: else
    fi
}

inline remove(old, now, won)
{
    old = leaf;
    if
    :: STATE(old) == FROZEN ->
        now = epoch;
        if
        :: QUIESCED(now, STAMP(old)) ->
#ifdef UNREF_FIRST
            d_step { assert(count > 0); count-- };
            CLAIM(leaf, old, won);
            if
            :: won -> leaf = HEADER(EMPTY, STAMP(old))
            :: else
            fi
#else
            CLAIM(leaf, old, won);
            if
            :: won ->
                leaf = HEADER(EMPTY, STAMP(old));
                d_step { assert(alive && count > 0); count-- }
            :: else
            fi
#endif
        :: else
        fi
    :: else
    fi
}

/* A call ends: what it held in its variables is of no more use (and one state, not many). */
#define FORGET d_step { old = 0; now = 0; won = false }

proctype cpu(byte self)
{
    byte old = 0, now = 0, other = 0;
    bool won = false;

end:
    do
    :: tick(self, now)
    :: advance(now, other)
    :: create(old, now, won); FORGET
    :: use(root, won); FORGET
    :: use(leaf, won); FORGET
    :: delegate(old, now, won); FORGET
    :: freeze(root, count, old, now, won); FORGET
    :: freeze(leaf, 0, old, now, won); FORGET
    :: delete(old, now, won); FORGET
    :: remove(old, now, won); FORGET
    od
}

init
{
    atomic { run cpu(0); run cpu(1) }
}
