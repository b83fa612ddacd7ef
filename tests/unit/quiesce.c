/* SPDX-License-Identifier: Unlicense
 *
 * Quiescence: what must have happened on every CPU before a stamp has passed.
 */
#include "kernel/quiesce.h"

#include "tests/unit/support/world.h"

static void one(void)
{
    tap_check(quiesce_stamp() == 0 && quiesce_passed(0), "with one CPU the answer is always yes");
    quiesce_tick(world_cpu());
    quiesce_offline(world_cpu());
    quiesce_online(world_cpu());
    tap_check(shared_load(&world_cpu()->seen) == 0, "and no CPU notes anything");
}

/* Ask once; then these CPUs tick. */
static bool ask(word_t stamp, bool first, bool second)
{
    bool passed = quiesce_passed(stamp);

    if (first)
        quiesce_tick(arch_cpu(0));
    if (second)
        quiesce_tick(arch_cpu(1));
    return passed;
}

/* How many rounds in which all CPUs tick until a stamp has passed. */
static unsigned rounds(word_t stamp)
{
    unsigned count = 0;

    while (count < 100 && !ask(stamp, true, true))
        count++;
    return count;
}

static void distance(void)
{
    word_t stamp = quiesce_stamp();

    tap_check(!quiesce_passed(stamp), "a stamp has not passed when it is taken");
    tap_check(rounds(stamp) <= QUIESCE_DISTANCE + 2, "all CPUs tick, and it has");
    tap_check(quiesce_stamp() - stamp == QUIESCE_DISTANCE, "after three epochs");
    stamp = quiesce_stamp();
    (void)ask(stamp, true, true);
    (void)ask(stamp, true, true);
    tap_check(quiesce_stamp() - stamp == 2 && !quiesce_passed(stamp), "two are not enough");
    (void)ask(stamp, true, true);
    tap_check(quiesce_passed(stamp), "three are");
    tap_check(quiesce_passed(stamp - 1000), "an old stamp has passed");
    stamp = quiesce_stamp();
    world_tick();
    world_tick();
    tap_check(quiesce_stamp() == stamp, "ticks alone move no epoch: it moves on demand");
}

static void laggard(void)
{
    word_t stamp = quiesce_stamp();
    bool passed = false;

    for (unsigned i = 0; i < 50; i++)
        passed |= ask(stamp, true, false);
    tap_check(!passed, "while one CPU does not tick nothing passes");
    tap_check(quiesce_stamp() - stamp <= 1, "and the epoch moves once at the most");
    quiesce_offline(arch_cpu(1));
    tap_check(shared_load(&arch_cpu(1)->seen) == QUIESCE_OFFLINE, "it goes to sleep");
    for (unsigned i = 0; i < 5; i++)
        passed |= ask(stamp, true, false);
    tap_check(passed, "and is not waited for");
    stamp = quiesce_stamp();
    quiesce_online(arch_cpu(1));
    tap_check(shared_load(&arch_cpu(1)->seen) == stamp, "awake, it has seen the present epoch");
    passed = false;
    for (unsigned i = 0; i < 50; i++)
        passed |= ask(stamp, true, false);
    tap_check(!passed, "and is waited for again");
    passed = false;
    for (unsigned i = 0; i < 50; i++)
        passed |= ask(stamp, false, true);
    tap_check(!passed, "so is the CPU that asks");
}

int main(void)
{
    if (CONFIG_CPUS_MAX == 1) {
        world_boot(1);
        one();
        return tap_end();
    }
    world_boot(2);
    distance();
    laggard();
    quiesce_tick(arch_cpu(0));
    world_check("the invariants hold");
    return tap_end();
}
