/* SPDX-License-Identifier: Unlicense
 *
 * A CPU's ring of report characters (kernel/report.c) in the C11 memory model: two counters, one
 * writer, and one reader at a time.
 *
 * The ring has one place. Thread 0 writes two characters, or finds no room; threads 1 and 2 drain, of
 * whom one at a time holds `is_draining`. What is printed are the first characters in their order.
 *
 * Twins: PUT=relaxed, PUT_SEEN=relaxed      a character may be read before it was written
 *        TAKEN=relaxed, TAKEN_SEEN=relaxed  a place may be written while it is read
 *        DRAINING=relaxed, DRAINED=relaxed  the next reader may not see what the last one took
 *        DRAIN_BY_STORE=1                   two drain at once
 */
#include "model.hpp"

static const rl::memory_order PUT = order("PUT", release);
static const rl::memory_order PUT_SEEN = order("PUT_SEEN", acquire);
static const rl::memory_order TAKEN = order("TAKEN", release);
static const rl::memory_order TAKEN_SEEN = order("TAKEN_SEEN", acquire);
static const rl::memory_order DRAINING = order("DRAINING", acquire);
static const rl::memory_order DRAINED = order("DRAINED", release);
static const int DRAIN_BY_STORE = knob("DRAIN_BY_STORE", 0);

struct ring : rl::test_suite<ring, 3> {
    word put, taken, is_draining;
    shared text, printed;

    void before()
    {
        store(put, 0, relaxed);
        store(taken, 0, relaxed);
        store(is_draining, 0, relaxed);
        printed($) = 0;
    }

    void write(int character)
    {
        int at = load(put, relaxed);

        if (at - load(taken, TAKEN_SEEN) >= 1)
            return;
        text($) = character;
        store(put, at + 1, PUT);
    }

    bool begins()
    {
        if (DRAIN_BY_STORE) {
            int old = load(is_draining, DRAINING);

            store(is_draining, 1, relaxed);
            return old == 0;
        }
        return is_draining.exchange(1, DRAINING, $) == 0;
    }

    void drain()
    {
        if (!begins())
            return;
        int end = load(put, PUT_SEEN), at = load(taken, relaxed);

        for (; at != end; at++) {
            RL_ASSERT(text($) == printed($) + 1);
            printed($) = text($);
        }
        store(taken, at, TAKEN);
        store(is_draining, 0, DRAINED);
    }

    void thread(unsigned self)
    {
        if (self == 0) {
            write(1);
            write(load(put, relaxed) + 1);
        } else {
            drain();
        }
    }
};

int main()
{
    return explore<ring>();
}
