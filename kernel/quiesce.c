/* SPDX-License-Identifier: Unlicense */
#include "kernel/quiesce.h"

#include "arch/machine.h"

/* Moves only while every CPU that is online has seen its present value. */
shared_t quiesce_epoch;

/* All stamps are within half the range of each other: the epoch moves only on demand. */
static bool is_distant(word_t now, word_t stamp)
{
    const int shift = WORD_BITS - QUIESCE_STAMP_BITS;
    sword_t distance = (sword_t)((now - stamp) << shift) >> shift;

    return distance >= QUIESCE_DISTANCE;
}

/* Advance the epoch if every CPU has seen it; one attempt. The acquire of each `seen` pairs with
 * the release in quiesce_tick: what that CPU did before its tick is over. */
static void advance(word_t now)
{
    /* Between the epoch and each `seen`: a CPU that is found asleep may have woken and looked at
     * the epoch before this one did (tests/models, ADVANCE_FENCE). */
    shared_fence();
    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        word_t seen = shared_load_acquire(&arch_cpu(i)->seen);

        if (seen != now && seen != QUIESCE_OFFLINE)
            return;
    }
    (void)shared_cas(&quiesce_epoch, now, (now + 1) & QUIESCE_EPOCH_MASK);
}

bool quiesce_passed_all(word_t stamp)
{
    word_t now;

    /* Pairs with the fence of quiesce_tick: a CPU that ticked after this sees the frozen state. */
    shared_fence();
    now = shared_load_acquire(&quiesce_epoch);
    if (is_distant(now, stamp))
        return true;
    advance(now);
    return false;
}

void quiesce_tick(struct cpu *cpu)
{
    if (CONFIG_CPUS_MAX == 1)
        return;
    shared_store_release(&cpu->seen, shared_load_acquire(&quiesce_epoch));
    shared_fence();
}

void quiesce_offline(struct cpu *cpu)
{
    if (CONFIG_CPUS_MAX == 1)
        return;
    shared_fence();
    shared_store_release(&cpu->seen, QUIESCE_OFFLINE);
    shared_fence();
}

void quiesce_online(struct cpu *cpu)
{
    quiesce_offline(cpu); /* the fences on both sides; then the present epoch */
    quiesce_tick(cpu);
}
