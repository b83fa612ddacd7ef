/* SPDX-License-Identifier: Unlicense */
#include "rme/cpus.h"

#include "rme/arch/start.h"
#include "rme/assert.h"
#include "rme/call.h"
#include "rme/start.h"

/* Read by the start code of each CPU: what it calls, and on which stack. */
struct cpu_start {
    void (*entry)(word_t cpu);
    word_t stack;
};
struct cpu_start rme_cpu_starts[CONFIG_CPUS_MAX];

static_assert(START_CALL_KFN == RME_SVC_KFN && START_IDLE_SLEEP == RME_KFN_IDLE_SLEEP &&
                  START_SLOT_KFUNC == BOOT_KFUNC,
              "rme/arch/start.h");
static_assert(sizeof(struct cpu_start) == 16, "the start code's step");

void rme_cpu_run(word_t cpu, void (*entry)(word_t cpu), void *stack, word_t stack_bytes)
{
    struct cpu_start *start = &rme_cpu_starts[cpu];
    word_t top = ((word_t)stack + stack_bytes) & ~(word_t)15;

    rme_assert(cpu != 0 && cpu < rme_boot.cpu_count);
    start->stack = top;
    __atomic_store_n(&start->entry, entry, __ATOMIC_RELEASE);
    /* It may be about to sleep, so that one wake-up could be in vain. It takes the entry out. */
    while (__atomic_load_n(&start->entry, __ATOMIC_ACQUIRE) != NULL)
        (void)rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_CPU_TICK, cpu, 0, 0, 0, 0);
}
