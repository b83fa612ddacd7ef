/* SPDX-License-Identifier: Unlicense
 *
 * Do the instruments of the host port show what they are for? The search goes through every
 * schedule, a seed repeats itself, a panic is a result, a compare-exchange fails when it is told
 * to, free kernel memory is watched, and memory is as weak as C11 says, and no weaker.
 */
#include "arch/host/weak.h"
#include "arch/memory.h"
#include "kernel/debug.h"
#include "kernel/panic.h"
#include "tests/concurrency/scenario.h"
#include "tests/host/invariants.h"
#include "tests/unit/tap.h"

#include <string.h>

enum { STEPS_MAX = 64, OPERATIONS = 2 };

static shared_t word;
static unsigned steps[STEPS_MAX], step_count;

static void operate(struct cpu *cpu)
{
    for (unsigned i = 0; i < OPERATIONS; i++) {
        (void)shared_add(&word, 1);
        if (step_count < STEPS_MAX)
            steps[step_count++] = cpu->id;
    }
}

static host_script_t *const two[HOST_CPUS] = {operate, operate};
static host_script_t *const three[HOST_CPUS] = {operate, operate, operate};

/* Orders of the operations. Several schedules can make one: who is preempted before its first
 * operation might as well not have begun. */
static unsigned count_orders(host_script_t *const scripts[HOST_CPUS], unsigned bound)
{
    static struct host_search search;
    static uint64_t seen[STEPS_MAX * 8];
    unsigned count = 0, place;

    host_search_begin(&search, bound, true);
    do {
        uint64_t path = 0;

        step_count = 0;
        if (host_run(&search.chooser, scripts) != HOST_DONE)
            return 0;
        for (unsigned i = 0; i < step_count; i++)
            path = path * HOST_CPUS + steps[i];
        for (place = 0; place < count && seen[place] != path; place++)
            ;
        if (place == count)
            seen[count++] = path;
    } while (host_search_next(&search));
    return count;
}

/* Two operations on each CPU: 4! / (2! 2!) = 6 orders of two CPUs, 6! / (2! 2! 2!) = 90 of three;
 * without a preemption one CPU after the other: 2! and 3! of them. */
static void search(void)
{
    host_boot(3);
    tap_check(count_orders(two, 8) == 6, "the search makes each order of two CPUs");
    tap_check(count_orders(three, 8) == 90, "the search makes each order of three CPUs");
    tap_check(count_orders(two, 0) == 2, "two CPUs without preemptions: one after the other");
    tap_check(count_orders(three, 0) == 6, "three CPUs without preemptions");
}

static void seeds(void)
{
    static unsigned first[STEPS_MAX];
    struct host_random random;
    unsigned different = 0;
    bool repeats = true;

    host_boot(3);
    for (uint64_t seed = 0; seed < 50; seed++) {
        for (unsigned pass = 0; pass < 2; pass++) {
            step_count = 0;
            host_random_begin(&random, seed);
            if (host_run(&random.chooser, three) != HOST_DONE)
                repeats = false;
            if (pass == 0) {
                different += memcmp(first, steps, sizeof(steps)) != 0;
                memcpy(first, steps, sizeof(steps));
            }
        }
        repeats = repeats && memcmp(first, steps, sizeof(steps)) == 0;
    }
    tap_check(repeats, "a seed gives the same schedule again");
    tap_check(different > 25, "seeds give different schedules");
}

static void fault_init(void *argument)
{
    (void)argument;
    host_fault(arch_cpu(0), (struct fault){.cause = 1});
}

static void do_nothing(void *argument)
{
    (void)argument;
}

static void stop_here(struct cpu *cpu)
{
    panic("a test", cpu->id);
}

static void never_end(struct cpu *cpu)
{
    for (;;)
        (void)shared_load(&cpu->seen);
}

static enum host_end end_of(host_script_t *script)
{
    host_script_t *const scripts[HOST_CPUS] = {operate, script};
    struct host_random random;

    host_boot(2);
    host_random_begin(&random, 1);
    return host_run(&random.chooser, scripts);
}

static void ends(void)
{
    host_boot(1);
    tap_check(host_stops(fault_init, NULL), "the fault of an init thread is a panic, and caught");
    host_boot(1);
    tap_check(!host_stops(do_nothing, NULL), "what does not panic is not said to");
    tap_check(end_of(stop_here) == HOST_STOPPED, "a panic on one CPU ends a run");
    tap_check(end_of(never_end) == HOST_ENDLESS, "a call without end ends a run");
    tap_check(end_of(operate) == HOST_DONE, "a run comes to its end");
}

/* Each compare-exchange of a create fails once: CONFLICT, and the next attempt succeeds. */
static void failures(void)
{
    unsigned n = 1;
    bool holds = true;

    host_boot(2);
    for (;; n++) {
        sword_t result;

        host_cas_failure = n;
        result = CALL(arch_cpu(0), CPT_CRT, BOOT_CAPTABLE, SLOT, BOOT_KMEM, memory_at(0), 64);
        host_cas_failure = 0;
        if (result == STATUS_OK)
            break;
        holds = holds && result == STATUS_CONFLICT && is_empty(SLOT) && !is_marked(0) &&
                invariants_broken() == NULL;
    }
    tap_check(holds && n > 2, "each compare-exchange of a call can be made to fail, and is undone");
}

static shared_t *free_word(void)
{
    return (shared_t *)(void *)&host_kmem[memory_at(3)];
}

/* The hook alone: under ASan the operation itself would end the program. */
static void watching(void)
{
    host_boot(1);
    tap_check(host_violation() == NULL, "nothing has touched free memory");
    host_atomic_point(free_word(), false);
    tap_check(host_violation() != NULL, "an atomic operation in free memory is noticed");
    host_boot(1);
    tap_check(host_violation() == NULL, "a boot forgets it");
}

/* ---- Weak memory: the classical pairs of scripts ---- */

static shared_t flag[2];
static word_t data, read[2];

static void store_load(struct cpu *cpu)
{
    shared_store(&flag[cpu->id], 1);
    read[cpu->id] = shared_load(&flag[1 - cpu->id]);
}

static void store_fence_load(struct cpu *cpu)
{
    shared_store(&flag[cpu->id], 1);
    shared_fence();
    read[cpu->id] = shared_load(&flag[1 - cpu->id]);
}

static void tell_relaxed(struct cpu *cpu)
{
    (void)cpu;
    data = 1;
    shared_store(&flag[0], 1);
}

static void tell(struct cpu *cpu)
{
    (void)cpu;
    data = 1;
    shared_store_release(&flag[0], 1);
}

static void hear_relaxed(struct cpu *cpu)
{
    read[cpu->id] = shared_load(&flag[0]) == 1 ? data : 1;
}

static void hear(struct cpu *cpu)
{
    read[cpu->id] = shared_load_acquire(&flag[0]) == 1 ? data : 1;
}

/* Two stores that release nothing, between fences. */
static void tell_fenced(struct cpu *cpu)
{
    (void)cpu;
    data = 1;
    shared_fence();
    shared_store(&flag[0], 1);
}

static void hear_fenced(struct cpu *cpu)
{
    word_t seen = shared_load(&flag[0]);

    shared_fence();
    read[cpu->id] = seen == 1 ? data : 1;
}

static void count_up(struct cpu *cpu)
{
    for (word_t i = 1; i <= 3; i++)
        shared_store(&flag[cpu->id], i);
}

/* Whether any read went back. */
static void read_up(struct cpu *cpu)
{
    word_t last = 0;

    read[cpu->id] = 1;
    for (unsigned i = 0; i < 4; i++) {
        word_t next = shared_load(&flag[0]);

        if (next < last)
            read[cpu->id] = 0;
        last = next;
    }
}

/* Runs of 2,000 in which nobody read 1, and in which there was a race. */
static void try(host_script_t *first, host_script_t *second, unsigned *zeroes, unsigned *races)
{
    host_script_t *const scripts[HOST_CPUS] = {first, second};

    *zeroes = *races = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct host_random random;

        memset(flag, 0, sizeof(flag));
        memset(read, 0, sizeof(read));
        data = 0;
        weak_begin();
        weak_loosen(seed);
        host_random_begin(&random, seed);
        (void)host_run(&random.chooser, scripts);
        *races += weak_end() != NULL;
        *zeroes += read[0] + read[1] == 0;
    }
}

static void weakness(void)
{
    unsigned zeroes, races;

    host_boot(2);
    try(store_load, store_load, &zeroes, &races);
    tap_check((zeroes != 0) == IS_WEAK,
              "stores are seen late where memory is weak, and only there");
    try(store_fence_load, store_fence_load, &zeroes, &races);
    tap_check(zeroes == 0, "and never behind fences");
    try(tell_relaxed, hear, &zeroes, &races);
    tap_check((races != 0) == IS_WEAK, "a store that releases nothing lets data race");
    try(tell, hear_relaxed, &zeroes, &races);
    tap_check((races != 0) == IS_WEAK, "and a load that acquires nothing");
    try(tell, hear, &zeroes, &races);
    tap_check(zeroes == 0 && races == 0, "release and acquire keep data together");
    try(tell_fenced, hear_fenced, &zeroes, &races);
    tap_check(zeroes == 0 && races == 0, "and so do fences");
    try(count_up, read_up, &zeroes, &races);
    tap_check(zeroes == 0 && races == 0, "no CPU sees a word go back");
}

int main(void)
{
    debug_is_silent = true;
    weakness();
    search();
    seeds();
    ends();
    failures();
    watching();
    return tap_end();
}
