/* SPDX-License-Identifier: Unlicense
 *
 * Signal endpoint: no signal is lost, none is made up, and no receiver sleeps on a signal for ever.
 *
 * CPU 0 has a receiver that blocks; CPUs 0 and 1 send, CPU 1 also receives without blocking. CPU 1
 * tells CPU 0 by an interrupt, whose handler there sends 0. The count saturates by refusal (a thread)
 * or by a drop and the sticky bit (the kernel). Calls on one CPU do not interleave.
 *
 * Twins: EXCHANGE_APART   receiving all loads the count, then stores 0
 *        RECEIVE_BY_STORE receiving one loads the count, then stores one less
 *        SEND_BY_STORE    a send loads, adds and stores
 *        NO_WAKE_UP       the remote sender does not tell the CPU of the receiver
 *        NO_RETRY         a send of 0 that lost its compare-exchange is not made again
 *        STICKY_IN_COUNT  the sticky bit counts as a signal
 */
#define LIMIT  3
#define STICKY 128
#define SENDS  3            /* of each CPU, each of 1 or 2 signals */

#define PENDING(word) ((word) % STICKY)

byte word = 0;              /* count, and the sticky bit on top */
bool waiting = false;       /* the receiver of CPU 0 is blocked */
bool wants_all = false;     /* and asked for all */
bool interrupt = false;     /* to CPU 0 */

byte sent = 0, received = 0, refused = 0, dropped = 0;
bool told_of_drop = false;
byte calls_done = 0;

#ifdef STICKY_IN_COUNT
#define TAKEN(word) (word)
#else
#define TAKEN(word) PENDING(word)
#endif

/* The end of receiving: what came with the word, and whether something had been dropped. */
#define ACCEPT(value) \
    received = received + TAKEN(value); told_of_drop = told_of_drop || (value) >= STICKY

inline add(number, old)
{
#ifdef SEND_BY_STORE
    old = word;
    word = old + number
#else
    word = word + number
#endif
}

inline receive_all(old)
{
#ifdef EXCHANGE_APART
    old = word;
    d_step { word = 0; ACCEPT(old) }
#else
    d_step { old = word; word = 0; ACCEPT(old) }
#endif
}

/* One compare-exchange; a receiver that loses gets CONFLICT and has changed nothing. */
inline receive_one(old, won)
{
    old = word;
    d_step {
#ifdef RECEIVE_BY_STORE
        won = (PENDING(old) != 0);
#else
        won = (PENDING(old) != 0 && word == old);
#endif
        if
        :: won -> word = PENDING(old) - 1; received++; told_of_drop = told_of_drop || old >= STICKY
        :: else
        fi
    }
}

/* On the CPU of a blocked receiver: one of its own to a single receiver, the rest to the count; its
 * own and all that the count holds to an all-receiver. A send of 0 hands over what is there. */
inline hand_over(number, old, won)
{
    if
    :: wants_all -> receive_all(old); received = received + number; waiting = false
    :: !wants_all && number > 0 ->
        received++;
        if
        :: number > 1 -> add(number - 1, old)
        :: else
        fi;
        waiting = false
    :: !wants_all && number == 0 ->
        receive_one(old, won);
        waiting = !won;
#ifndef NO_RETRY
        interrupt = interrupt || (!won && PENDING(old) != 0) /* CONFLICT: the handler tries again */
#endif
    fi
}

inline send(here, by_kernel, number, old, won)
{
    sent = sent + number;
    old = word;
    if
    :: PENDING(old) + number > LIMIT && !by_kernel -> refused = refused + number
    :: PENDING(old) + number > LIMIT && by_kernel ->
        d_step { word = PENDING(word) + STICKY; dropped = dropped + number }
    :: else ->
        if
        :: here && waiting -> hand_over(number, old, won)
        :: else -> add(number, old)
        fi
    fi
}

proctype receiver_cpu()
{
    byte old = 0, calls = 0;
    bool won = false;

    do
    :: interrupt -> interrupt = false;
        if
        :: waiting -> hand_over(0, old, won)
        :: else
        fi
    :: calls < SENDS -> calls++; send(true, false, 1, old, won)
    :: calls < SENDS -> calls++; send(true, true, 2, old, won)
    :: calls < SENDS && !waiting -> calls++; /* receive, and block when there is nothing */
        if
        :: wants_all = true
        :: wants_all = false
        fi;
        old = word;
        if
        :: PENDING(old) == 0 -> waiting = true
        :: else ->
            if
            :: wants_all -> receive_all(old)
            :: else -> receive_one(old, won)
            fi
        fi
    :: calls == SENDS && calls_done == 1 && !interrupt -> break
    od;
    calls_done++
}

proctype other_cpu()
{
    byte old = 0, calls = 0;
    bool won = false;

    do
    :: calls < SENDS -> calls++; send(false, false, 2, old, won);
#ifndef NO_WAKE_UP
        interrupt = true
#endif
    :: calls < SENDS -> calls++; send(false, true, 1, old, won);
#ifndef NO_WAKE_UP
        interrupt = true
#endif
    :: calls < SENDS && !waiting -> calls++; receive_one(old, won)
    :: calls < SENDS && !waiting -> calls++; receive_all(old)
    :: calls == SENDS -> break
    od;
    calls_done++
}

/* At the end; in between, a signal may be in the hands of a call. */
init
{
    atomic { run receiver_cpu(); run other_cpu() };
    calls_done == 2;
    assert(sent == received + PENDING(word) + refused + dropped);
    assert(dropped == 0 || told_of_drop || word >= STICKY);
    assert(!waiting || PENDING(word) == 0)
}
