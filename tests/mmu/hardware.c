/* SPDX-License-Identifier: Unlicense */
#include "tests/mmu/hardware.h"

#include "arch/irq.h"
#include "arch/space.h"
#include "kernel/flush.h"
#include "tests/pagetables/machine.h"

#include <stdlib.h>
#include <string.h>

enum { TLB_ENTRIES = 1024 };

static struct tlb {
    struct {
        word_t top, address;
        struct translation translation;
    } entry[TLB_ENTRIES];
    unsigned used;
} tlbs[CONFIG_CPUS_MAX];

void (*machine_on_atomic)(void);

void machine_atomic_point(void)
{
    void (*hook)(void) = machine_on_atomic;

    if (hook == NULL)
        return;
    machine_on_atomic = NULL;
    hook();
    machine_on_atomic = hook;
}

void arch_cpu_interrupt(unsigned cpu_id)
{
    (void)cpu_id;
}

void arch_space_flush(void)
{
    tlbs[machine_cpu].used = 0;
}

/* SDM 4.10.4.1: INVLPG ends the translation of the page that holds the address, of any size, and
 * all entries of the structure caches. */
void arch_mmu_forget(word_t address)
{
    struct tlb *tlb = &tlbs[machine_cpu];
    unsigned kept = 0;

    for (unsigned i = 0; i < tlb->used; i++)
        if ((tlb->entry[i].address ^ address) >> tlb->entry[i].translation.order != 0)
            tlb->entry[kept++] = tlb->entry[i];
    tlb->used = kept;
}

word_t arch_mmu_kernel_entry(word_t index)
{
    return 0x100000003 + (index << 12);
}

/* No CPU has anything to flush, and all are awake. */
void hardware_reset(void)
{
    memset(tlbs, 0, sizeof tlbs);
    machine_on_atomic = NULL;
    for (machine_cpu = 0; machine_cpu < CONFIG_CPUS_MAX; machine_cpu++) {
        quiesce_online(&machine_cpus[machine_cpu]);
        flush_pending(&machine_cpus[machine_cpu]);
    }
    machine_cpu = 0;
}

/* Three epochs: each needs all CPUs to have seen the last. */
void machine_tick(void)
{
    const unsigned caller = machine_cpu;

    for (unsigned round = 0; round < 4; round++) {
        for (machine_cpu = 0; machine_cpu < CONFIG_CPUS_MAX; machine_cpu++) {
            quiesce_tick(&machine_cpus[machine_cpu]);
            flush_pending(&machine_cpus[machine_cpu]);
        }
        if (CONFIG_CPUS_MAX > 1 && quiesce_passed(quiesce_stamp()))
            abort(); /* a stamp of now cannot have passed */
    }
    machine_cpu = caller;
}

struct translation machine_use(unsigned top, word_t address)
{
    word_t space = (word_t)machine_slot(top)->object;
    struct translation translation = mmu_translate(space, address);
    struct tlb *tlb = &tlbs[machine_cpu];

    if (translation.access != 0 && tlb->used < TLB_ENTRIES) {
        tlb->entry[tlb->used].top = space;
        tlb->entry[tlb->used].address = address;
        tlb->entry[tlb->used++].translation = translation;
    }
    return translation;
}

void machine_forget_all(void)
{
    tlbs[machine_cpu].used = 0;
}

bool machine_is_stale(unsigned cpu)
{
    const struct tlb *tlb = &tlbs[cpu];

    for (unsigned i = 0; i < tlb->used; i++) {
        struct translation now = mmu_translate(tlb->entry[i].top, tlb->entry[i].address);

        if (now.access != tlb->entry[i].translation.access ||
            now.physical != tlb->entry[i].translation.physical)
            return true;
    }
    return false;
}
