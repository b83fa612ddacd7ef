/* SPDX-License-Identifier: Unlicense
 *
 * Interrupt lines of x86-64 (arch/x86_64/irq.c): nothing that comes is lost, and no line is stuck.
 *
 * An edge and a level at an I/O APIC, to which the first CPU alone writes; both come to that CPU. The
 * second CPU masks and unmasks both and asks the first to look; the first does so too, and takes
 * interrupts. A device sends edges, another one raises its level and is served. In the end both
 * lines are unmasked: then every edge has been told of since, the level was told of while it was up, and inputs are
 * what the states say. An atomic change of a state is one step.
 *
 * Twins: STATE_BY_STORE  an unmask loads the state, changes and stores it
 *        NO_LOOK_BACK    who remembers an interrupt does not look whether the line is enabled by now
 *        LOOK_BACK_CLOSED  it lets the line fire, but does not open the input first
 *        ASK_FIRST       the first CPU is asked before the state is changed
 *        CLOSE_BLINDLY   the second edge closes the input although the line was unmasked meanwhile
 *        OPEN_SILENTLY   the second CPU's first unmask of an edge does not let it fire
 *        OPEN_LATE       the first CPU's own unmask opens an edge when the state already says so
 *        FIRE_EARLY      the second CPU lets an edge fire before its input is open
 *        MASK_APART      a level is disabled in one step and its input closed in another
 */
#define EDGE  0
#define LEVEL 1

#ifdef LEVELS
#define KIND LEVEL
#else
#define KIND EDGE
#endif

#ifndef MASKS
#define MASKS 2             /* of each CPU and line */
#endif
#ifndef EDGES
#define EDGES 3             /* of the device */
#endif

/* Of each line: its state, its input as it is, an interrupt on its way to the first CPU. */
bool is_on[2], waiting[2], open[2], is_open[2], asked[2], coming[2];
bool request = false;       /* an interrupt to the first CPU: look */
byte edges_sent = 0;
bool promised = false;      /* the edge has been unmasked: from here on none may be lost */
bool untold = false;        /* one has come that no delivery followed yet */
bool level_up = false, level_told = false;
byte calls = 0;             /* calls that have ended, of both CPUs */

inline ask(line)
{
    asked[line] = true;
    request = true
}

/* An interrupt of the vector to the first CPU. */
inline fire(line)
{
    d_step { if :: waiting[line] -> waiting[line] = false; coming[line] = true :: else -> skip fi }
}

/* The device's line is up or an edge comes: what the I/O APIC makes of it. */
inline look_at_level()
{
    d_step { if :: level_up && is_open[LEVEL] -> coming[LEVEL] = true :: else -> skip fi }
}

inline settle(line)
{
    /* the state is read once */
    d_step { opens = open[line]; fires = is_on[line] && waiting[line] }
    is_open[line] = opens;
    if :: line == LEVEL -> look_at_level() :: else -> skip fi;
    if :: fires -> fire(line) :: else -> skip fi
}

inline unmask_state(line)
{
#ifdef STATE_BY_STORE
    d_step { was_open = open[line]; was_waiting = waiting[line] };
    d_step { is_on[line] = true; open[line] = true; waiting[line] = was_waiting }
#else
    d_step {
        was_open = open[line];
        was_waiting = waiting[line];
        is_on[line] = true;
        open[line] = true
    }
#endif
}

inline mask_state(line)
{
    if
    :: line == LEVEL ->
#ifdef MASK_APART
        is_on[line] = false;
        open[line] = false
#else
        d_step { is_on[line] = false; open[line] = false }
#endif
    :: else -> is_on[line] = false
    fi
}

/* ---- The second CPU: calls ---- */

inline other_unmask(line)
{
#ifdef ASK_FIRST
    ask(line);
    unmask_state(line);
#else
    unmask_state(line);
#ifndef OPEN_SILENTLY
    if :: !was_open && line == EDGE -> waiting[EDGE] = true :: else -> skip fi;
#endif
#ifdef FIRE_EARLY
    fire(line);
#endif
    if
    :: !was_open || was_waiting -> ask(line)
    :: else -> skip
    fi;
#endif
    if :: line == EDGE -> promised = true :: else -> skip fi
}

inline other_mask(line)
{
    mask_state(line);
    if :: line == LEVEL -> ask(line) :: else -> skip fi
}

proctype other()
{
    bool was_open, was_waiting;
    byte left = MASKS;

    do
    :: left > 0 ->
        if
        :: true -> other_unmask(KIND)
        :: true -> other_mask(KIND)
        fi;
        left--
    :: left == 0 -> break
    od;
    other_unmask(KIND);
    calls++
}

/* ---- The first CPU ---- */

inline deliver(line)
{
    mask_state(line);
    if
    :: line == LEVEL -> settle(line); level_told = true
    :: else -> skip
    fi
}

inline late_edge()
{
    d_step { was_enabled = is_on[EDGE]; was_waiting = waiting[EDGE]; waiting[EDGE] = true };
    if
#ifdef LOOK_BACK_CLOSED
    :: was_enabled -> fire(EDGE)
#elif !defined(NO_LOOK_BACK)
    :: was_enabled -> settle(EDGE)
#endif
    :: !was_enabled && was_waiting ->
        d_step { was_enabled = is_on[EDGE]; open[EDGE] = false };
        if
#ifndef CLOSE_BLINDLY
        :: was_enabled -> open[EDGE] = true
#endif
        :: else -> waiting[EDGE] = true
        fi;
        settle(EDGE)
    :: else -> skip
    fi
}

inline take(line)
{
    d_step {
        coming[line] = false;
        was_enabled = is_on[line];
        if :: line == EDGE && was_enabled -> untold = false :: else -> skip fi
    }
    if
    :: was_enabled -> deliver(line)
    :: !was_enabled && line == LEVEL -> settle(LEVEL)
    :: !was_enabled && line == EDGE -> late_edge()
    fi
}

/* A driver on this CPU has served what it was told of and unmasks. */
inline own_unmask(line)
{
#ifndef OPEN_LATE
    if :: line == EDGE -> is_open[EDGE] = true :: else -> skip fi;
#endif
    unmask_state(line);
    settle(line);
    if :: line == EDGE -> promised = true :: else -> skip fi
}

proctype first()
{
    bool was_open, was_waiting, was_enabled, opens, fires;
    byte left = MASKS;

end_first:
    do
    :: request ->
        request = false;
        if :: asked[KIND] -> asked[KIND] = false; settle(KIND) :: else -> skip fi
    :: coming[KIND] -> take(KIND)
    :: left > 0 ->
        if
        :: true -> own_unmask(KIND)
        :: true -> mask_state(KIND); if :: KIND == LEVEL -> settle(LEVEL) :: else -> skip fi
        fi;
        left--
    :: left == 0 && !is_on[KIND] && calls == 1 && !(KIND == LEVEL && level_told) -> own_unmask(KIND)
    od
}

/* ---- Devices ---- */

proctype devices()
{
    do
    :: edges_sent < EDGES ->
        d_step {
            edges_sent++;
            if :: is_open[EDGE] -> coming[EDGE] = true :: else -> skip fi;
            if :: is_open[EDGE] || promised -> untold = true :: else -> skip fi
        }
    :: !level_up -> level_up = true; look_at_level()
    :: edges_sent == EDGES && level_up -> break
    od
}

init {
    atomic { run first(); run other(); run devices() };
    /* All at rest: nothing is on its way, the second CPU has ended and the first waits. */
    timeout ->
    assert(calls == 1 && edges_sent == EDGES && level_up);
    assert(!untold || KIND == LEVEL);
    assert(level_told || KIND == EDGE);
    assert(is_open[EDGE] == open[EDGE] && is_open[LEVEL] == open[LEVEL]);
    assert(!(is_on[EDGE] && waiting[EDGE]) && !(is_on[LEVEL] && !is_open[LEVEL]))
}
