/* SPDX-License-Identifier: Unlicense */
#include "kernel/flush.h"

#include "arch/irq.h"
#include "arch/machine.h"
#include "arch/space.h"

shared_t flush_epoch;

word_t flush_begin(struct cpu *cpu)
{
    word_t now = shared_add(&flush_epoch, 1) + 1;

    /* Pairs with the fence of a CPU that wakes: it sees this epoch, or flush_passed sees it awake.
     */
    shared_fence();
    flush_pending(cpu);
    return now;
}

void flush_request(word_t cpus)
{
    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        if ((cpus >> i & 1) == 0)
            continue;
        (void)shared_or(&arch_cpu(i)->requests, CPU_REQUEST_FLUSH);
        arch_cpu_interrupt(i);
    }
}

word_t flush_stamp(void)
{
    return shared_load(&flush_epoch);
}

/* Without the top bit, which FLUSH's result does not have. */
static bool is_before(word_t flushed, word_t since)
{
    return (sword_t)((flushed - since) << 1) < 0;
}

bool flush_passed(word_t since)
{
    if (CONFIG_CPUS_MAX == 1)
        return true; /* this CPU flushes when an epoch begins */
    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        const struct cpu *cpu = arch_cpu(i);

        if (shared_load_acquire(&cpu->seen) == QUIESCE_OFFLINE)
            continue;
        if (is_before(shared_load_acquire(&cpu->flushed), since))
            return false;
    }
    return true;
}

void flush_pending(struct cpu *cpu)
{
    word_t now = shared_load_acquire(&flush_epoch);

    if (now == shared_load(&cpu->flushed))
        return;
    arch_space_flush();
    shared_store_release(&cpu->flushed, now); /* pairs with flush_passed: the flush is done */
}
