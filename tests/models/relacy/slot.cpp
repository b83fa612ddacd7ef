/* SPDX-License-Identifier: Unlicense
 *
 * A slot's words in the C11 memory model: create and publish against use, delegate, and two deletes.
 *
 * The epoch is not here (quiesce.cpp has it): the slot is frozen and quiescent when the deletes start,
 * by a "grace" word that stands for it. In `publish` two threads create and one looks up; in `destroy`
 * one delegates what it looked up before the freeze, ticks, uses and removes, and two delete; in
 * `renew` one deletes, or thaws what it has found in use, another creates there and a third looks up.
 *
 * Twins: PUBLISH=relaxed   the fields may become visible after the state
 *        LOOKUP=relaxed    the state may be seen before the fields
 *        COUNT_EARLY=1     delete reads the count before it knows that the slot is quiescent
 *        UNREF=relaxed     remove takes its reference back without release: its use races with the free
 *        ERASE_BY_STORE=1  two deletes both think they freed the object
 *        COUNT=relaxed     the count is none, but the last use through the leaf is still to come
 *        ERASE=relaxed     the next life's words may be written before the last one's
 *        CLAIM=relaxed     the same: neither the look at the header nor the claim acquires
 *        THAW=relaxed      who finds it valid again may not see its words
 */
#include "model.hpp"

static const rl::memory_order PUBLISH = order("PUBLISH", release);
static const rl::memory_order LOOKUP = order("LOOKUP", acquire);
static const rl::memory_order UNREF = order("UNREF", release);
static const rl::memory_order COUNT = order("COUNT", acquire);
static const rl::memory_order ERASE = order("ERASE", release);
static const rl::memory_order CLAIM = order("CLAIM", acquire);
static const rl::memory_order THAW = order("THAW", release);
static const int COUNT_EARLY = knob("COUNT_EARLY", 0);
static const int ERASE_BY_STORE = knob("ERASE_BY_STORE", 0);

enum { EMPTY, CREATING, VALID, FROZEN };

/* Publish against look-up, and two creates on one slot. */
struct publish : rl::test_suite<publish, 3> {
    word header;
    shared field;

    void before()
    {
        store(header, EMPTY, relaxed);
    }

    void thread(unsigned self)
    {
        if (self < 2) {
            if (load(header, acquire) == EMPTY &&
                compare_exchange(header, EMPTY, CREATING, acquire)) {
                field($) = 7;
                store(header, VALID, PUBLISH);
            }
        } else if (load(header, LOOKUP) == VALID) {
            RL_ASSERT(field($) == 7);
        }
    }
};

/* Thread 0 delegates, uses and removes again, then ticks; threads 1 and 2 delete the root. */
struct destroy : rl::test_suite<destroy, 3> {
    word header, count, grace;
    shared field;

    void before()
    {
        store(header, FROZEN, relaxed); /* thread 0 looked it up when it was still valid */
        store(count, 0, relaxed);
        store(grace, 0, relaxed);
        field($) = 7;
    }

    void delegate_use_tick_remove()
    {
        count.fetch_add(1, relaxed, $);
        store(grace, 1, release);
        RL_ASSERT(field($) == 7); /* through the leaf, which outlives the tick */
        count.fetch_sub(1, UNREF, $);
    }

    void destroy_root()
    {
        int old = load(header, acquire);
        int early = COUNT_EARLY ? load(count, acquire) : 0;

        if (old != FROZEN || load(grace, acquire) != 1)
            return;
        if (ERASE_BY_STORE)
            store(header, CREATING, release);
        else if (!compare_exchange(header, old, CREATING, acq_rel))
            return;
        if ((COUNT_EARLY ? early : load(count, COUNT)) != 0) {
            store(header, VALID, release);
            return;
        }
        field($) = 0; /* the memory is another object's now */
        store(header, EMPTY, release);
    }

    void thread(unsigned self)
    {
        if (self == 0)
            delegate_use_tick_remove();
        else
            destroy_root();
    }
};

/* Thread 0 deletes what is frozen, or thaws it; thread 1 creates where it is empty; thread 2 looks up. */
struct renew : rl::test_suite<renew, 3> {
    word header, references;
    shared field;

    void before()
    {
        store(header, FROZEN, relaxed);
        store(references, 0, relaxed);
        field($) = 7;
    }

    void destroy_or_thaw()
    {
        if (!compare_exchange(header, FROZEN, CREATING, acq_rel))
            return;
        field($) = 7; /* the claim is what lets it */
        if (load(references, acquire) != 0) {
            store(header, VALID, THAW);
        } else {
            field($) = 0;
            store(header, EMPTY, ERASE);
        }
    }

    void create()
    {
        references.fetch_add(1, relaxed, $); /* found in use, now and then */
        if (load(header, CLAIM) != EMPTY || !compare_exchange(header, EMPTY, CREATING, CLAIM))
            return;
        field($) = 7;
        store(header, VALID, release);
    }

    void thread(unsigned self)
    {
        if (self == 0)
            destroy_or_thaw();
        else if (self == 1)
            create();
        else if (load(header, acquire) == VALID)
            RL_ASSERT(field($) == 7);
    }
};

int main()
{
    return explore<publish>() || explore<destroy>() || explore<renew>();
}
