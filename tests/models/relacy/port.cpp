/* SPDX-License-Identifier: Unlicense
 *
 * Owner of an invocation port: it is claimed by a compare-exchange, given back by a release store.
 *
 * Two threads activate the port and return from it; a third sets entry and stack, which claims the
 * port as an activation does. Whoever owns the port is alone with its fields, and an activation never
 * sees the entry of one setting with the stack of another.
 *
 * Twins: GIVE_BACK=relaxed the next owner may not see what the last one wrote
 *        CLAIM=relaxed     an owner may read the fields before it owns the port
 *        CLAIM_BY_STORE=1  two threads own the port
 *        SET_UNCLAIMED=1   INV_SET writes without owning
 */
#include "model.hpp"

static const rl::memory_order GIVE_BACK = order("GIVE_BACK", release);
static const rl::memory_order CLAIM = order("CLAIM", acquire);
static const int CLAIM_BY_STORE = knob("CLAIM_BY_STORE", 0);
static const int SET_UNCLAIMED = knob("SET_UNCLAIMED", 0);

struct port : rl::test_suite<port, 3> {
    word owner;
    shared entry, stack, caller;

    void before()
    {
        store(owner, 0, relaxed);
        entry($) = 1;
        stack($) = 1;
    }

    bool claim(int self)
    {
        if (load(owner, relaxed) != 0)
            return false; /* active: refused */
        if (CLAIM_BY_STORE) {
            store(owner, self, relaxed);
            return true;
        }
        return compare_exchange(owner, 0, self, CLAIM);
    }

    void activate_and_return(int self)
    {
        if (!claim(self))
            return;
        caller($) = self;
        RL_ASSERT(entry($) == stack($));
        RL_ASSERT(caller($) == self);
        store(owner, 0, GIVE_BACK);
    }

    void set(int self)
    {
        if (!SET_UNCLAIMED && !claim(self))
            return;
        entry($) = 2;
        stack($) = 2;
        if (!SET_UNCLAIMED)
            store(owner, 0, GIVE_BACK);
    }

    void thread(unsigned self)
    {
        if (self == 2)
            set(3);
        else
            activate_and_return(self + 1);
    }
};

int main()
{
    return explore<port>();
}
