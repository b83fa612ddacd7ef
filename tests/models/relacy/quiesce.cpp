/* SPDX-License-Identifier: Unlicense
 *
 * Quiescence in the C11 memory model, with the epoch itself and the fewest fences.
 *
 * Thread 0 freezes, ticks, advances as far as it can, and frees when the distance is reached. Thread 1
 * uses the slot, ticks, uses it again, and so on; with SLEEPER it sleeps first and wakes once. The epoch
 * begins at 1 with both CPUs having seen it.
 *
 * Twins: DISTANCE=2               the stamp may be one epoch old
 *        TICK_FENCE=0             after a tick the CPU may still look up what was there before
 *        SEEN=relaxed             uses before a tick may slip behind it
 *        COLLECT=relaxed          what a CPU did before its tick may still be under way for who advances
 *        WAKE_FENCE=0, ADVANCE_FENCE=0  with SLEEPER: work before the mark "online" can be seen
 *
 * KERNEL=1: with the orders that the kernel has beyond that: a tick acquires the epoch, and whoever asks
 * for the distance has a fence before it looks at the epoch. Then COLLECT can go, or that fence.
 */
#include "model.hpp"

static const int DISTANCE = knob("DISTANCE", 3);
static const int TICK_FENCE = knob("TICK_FENCE", 1);
static const rl::memory_order SEEN = order("SEEN", release);
static const rl::memory_order COLLECT = order("COLLECT", acquire);
/* The fences do for these: each holds relaxed. */
static const rl::memory_order EPOCH = order("EPOCH", acquire);
static const rl::memory_order MOVE = order("MOVE", acq_rel);
static const rl::memory_order FREEZE = order("FREEZE", acq_rel);
static const int WAKE_FENCE = knob("WAKE_FENCE", 1);
static const int ADVANCE_FENCE = knob("ADVANCE_FENCE", 1);
static const int SLEEPER = knob("SLEEPER", 0);
static const int KERNEL = knob("KERNEL", 0);
static const int ASK_FENCE = knob("ASK_FENCE", KERNEL);
static const rl::memory_order TICK = KERNEL ? acquire : relaxed;

static const int SWITCHES = knob("SWITCHES", 3);

enum { OFFLINE = 99, VALID = 98 }; /* any other header: frozen with that stamp */

struct quiesce : rl::test_suite<quiesce, 2> {
    word epoch, seen[2], header;
    shared object;

    void before()
    {
        store(epoch, 1, relaxed);
        store(seen[0], 1, relaxed);
        store(seen[1], SLEEPER ? OFFLINE : 1, relaxed);
        store(header, VALID, relaxed);
        object($) = 7;
    }

    void tick(int self)
    {
        store(seen[self], load(epoch, TICK), SEEN);
        if (TICK_FENCE)
            full_fence();
    }

    void wake(int self)
    {
        store(seen[self], load(epoch, TICK), relaxed);
        if (WAKE_FENCE)
            full_fence();
    }

    void sleep(int self)
    {
        store(seen[self], OFFLINE, release);
    }

    void advance()
    {
        int now;

        if (ASK_FENCE)
            full_fence();
        now = load(epoch, EPOCH);

        if (ADVANCE_FENCE)
            full_fence();
        for (int cpu = 0; cpu < 2; cpu++) {
            int last = load(seen[cpu], COLLECT);

            if (last != now && last != OFFLINE)
                return;
        }
        compare_exchange(epoch, now, now + 1, MOVE);
    }

    void use()
    {
        if (load(header, acquire) == VALID)
            RL_ASSERT(object($) == 7);
    }

    void reclaim()
    {
        int stamp = load(epoch, relaxed);

        compare_exchange(header, VALID, stamp, FREEZE);
        for (int step = 0; step < 3; step++) {
            tick(0);
            advance();
        }
        if (ASK_FENCE)
            full_fence();
        if (load(header, acquire) == stamp && load(epoch, EPOCH) - stamp >= DISTANCE)
            object($) = 0;
    }

    void thread(unsigned self)
    {
        if (self == 0) {
            reclaim();
        } else if (SLEEPER) {
            wake(1);
            use();
            sleep(1);
        } else {
            for (int step = 0; step < 3; step++) {
                use();
                tick(1);
                if (step == 0)
                    advance();
            }
            use();
        }
    }
};

/* The sleeper again, where the CPU that freezes is not the CPU that advances the epoch and frees. */
struct bystander : rl::test_suite<bystander, 3> {
    word epoch, seen[2], header;
    shared object;

    void before()
    {
        store(epoch, 1, relaxed);
        store(seen[0], 1, relaxed);
        store(seen[1], OFFLINE, relaxed);
        store(header, VALID, relaxed);
        object($) = 7;
    }

    void thread(unsigned self)
    {
        if (self == 0) { /* freeze, then tick */
            store(header, 0, release);
            store(seen[0], 2, release);
            full_fence();
        } else if (self == 1) { /* wake, then use */
            store(seen[1], load(epoch, relaxed), relaxed);
            if (WAKE_FENCE)
                full_fence();
            if (load(header, acquire) == VALID)
                RL_ASSERT(object($) == 7);
        } else if (load(seen[0], acquire) == 2) { /* the freezer has ticked: a later advance */
            if (ADVANCE_FENCE)
                full_fence();
            if (load(seen[1], acquire) == OFFLINE)
                object($) = 0;
        }
    }
};

int main()
{
    if (SLEEPER && explore<bystander>())
        return 1;
    return explore<quiesce>(SWITCHES);
}
