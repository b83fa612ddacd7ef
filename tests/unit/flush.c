/* SPDX-License-Identifier: Unlicense
 *
 * Flushing: an epoch has been flushed when every CPU that is awake has.
 */
#include "kernel/flush.h"

#include "tests/unit/support/world.h"

static void here(void)
{
    unsigned before = host_flushes;
    word_t epoch = flush_begin(world_cpu());

    tap_check(host_flushes == before + 1 && shared_load(&world_cpu()->flushed) == epoch,
              "a flush that begins here has been done here");
    tap_check(flush_passed(epoch), "with one CPU it has passed");
    tap_check(flush_passed(epoch + 1) == (CONFIG_CPUS_MAX == 1),
              "the next one has not, where there is anybody to wait for");
    tap_check(flush_passed(epoch - 1), "the one before has");
    flush_pending(world_cpu());
    tap_check(host_flushes == before + 1, "nothing is due: nothing is flushed");
    tap_check(flush_begin(world_cpu()) == epoch + 1, "epochs count on");
}

static void elsewhere(void)
{
    struct cpu *other = arch_cpu(1);
    word_t epoch = flush_begin(world_cpu());

    tap_check(!flush_passed(epoch), "another CPU has not flushed");
    tap_check(shared_load(&other->requests) == 0, "and is not asked by itself");
    flush_request(3);
    tap_check(shared_load(&other->requests) == CPU_REQUEST_FLUSH &&
                  shared_load(&world_cpu()->requests) == CPU_REQUEST_FLUSH,
              "those that are named are asked");
    host_settle(world_cpu());
    host_settle(other);
    tap_check(flush_passed(epoch) && shared_load(&other->requests) == 0, "and do it");
    epoch = flush_begin(world_cpu());
    flush_request(1);
    tap_check(shared_load(&other->requests) == 0, "those that are not named are not");
    host_settle(world_cpu());
    quiesce_offline(other);
    tap_check(flush_passed(epoch), "a CPU that sleeps is not waited for");
    quiesce_online(other);
    tap_check(!flush_passed(epoch), "awake, it is");
    flush_pending(other);
    tap_check(flush_passed(epoch), "until it has flushed");
}

int main(void)
{
    world_boot(1);
    here();
    if (CONFIG_CPUS_MAX > 1) {
        world_boot(2);
        elsewhere();
    } else {
        tap_skip("flushes of other CPUs", "one CPU");
    }
    world_check("the invariants hold");
    return tap_end();
}
