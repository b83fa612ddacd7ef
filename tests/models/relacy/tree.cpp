/* SPDX-License-Identifier: Unlicense
 *
 * Page tables of an MPU in the C11 memory model (kernel/pagetable_mpu.c): whoever changes a tree claims it
 * by the version of its top level, a table that is in no tree by its tree word; whoever walks follows
 * entries without a claim.
 *
 * Twins: CLAIM=relaxed   the image may still be as it was before the last change
 *        GIVE=relaxed    the next to claim may not see what this one has changed
 *        TREE=relaxed, TREE_GIVE=relaxed  the same of a table that is in no tree
 *        ENTRY=relaxed   a walk may follow an entry to a table whose words are not there yet
 *        WALK=relaxed    or may have read them before the entry
 */
#include "model.hpp"

static const rl::memory_order CLAIM = order("CLAIM", acq_rel);
static const rl::memory_order LOOK = order("CLAIM", acquire); /* of both either would do */
static const rl::memory_order GIVE = order("GIVE", release);
static const rl::memory_order TREE = order("TREE", acq_rel);
static const rl::memory_order TREE_LOOK = order("TREE", acquire);
static const rl::memory_order TREE_GIVE = order("TREE_GIVE", release);
static const rl::memory_order ENTRY = order("ENTRY", release);
static const rl::memory_order WALK = order("WALK", acquire);

/* Two CPUs change one tree, a third walks it. */
struct tree : rl::test_suite<tree, 3> {
    word version, entry;
    shared image, child;

    void before()
    {
        store(version, 0, relaxed);
        store(entry, 0, relaxed);
        image($) = 0;
        child($) = 0;
    }

    bool claim()
    {
        int seen = load(version, LOOK);

        return (seen & 1) == 0 && compare_exchange(version, seen, seen + 1, CLAIM);
    }

    void give_back()
    {
        store(version, load(version, relaxed) + 1, GIVE);
    }

    void thread(unsigned self)
    {
        if (self == 2) {
            if (load(entry, WALK) != 0)
                RL_ASSERT(child($) == 7);
            return;
        }
        if (self == 0)
            child($) = 7;
        if (!claim())
            return;
        image($) = image($) + 1;
        if (self == 0)
            store(entry, 1, ENTRY);
        give_back();
    }
};

/* Two CPUs construct one table, which is in no tree. */
struct loose : rl::test_suite<loose, 2> {
    word tree;
    shared words;

    void before()
    {
        store(tree, 0, relaxed);
        words($) = 0;
    }

    void thread(unsigned self)
    {
        (void)self;
        if (load(tree, TREE_LOOK) != 0 || !compare_exchange(tree, 0, 1, TREE))
            return;
        words($) = words($) + 1;
        store(tree, 0, TREE_GIVE); /* refused: it is in no tree still */
    }
};

int main()
{
    return explore<tree>() || explore<loose>();
}
