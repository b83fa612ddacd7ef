/* SPDX-License-Identifier: Unlicense
 *
 * All CPUs that QEMU was told to have come up, each runs code of its own, and objects go while
 * they are busy or asleep: three ticks of everybody, or none of those who sleep.
 */
#include "rme/cpus.h"
#include "rme/alloc.h"
#include "rme/boot.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { STACK_BYTES = 1024, EPOCHS = 3, TRIES = 100 };

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_kfunc_t kfunc = {{BOOT_KFUNC}};

static char stacks[CONFIG_CPUS_MAX][STACK_BYTES] __attribute__((aligned(16)));

/* What each CPU says and is told, on a line of its own. */
static struct report {
    volatile word_t is_here, is_busy, turns;
} __attribute__((aligned(64))) reports[CONFIG_CPUS_MAX];

static volatile bool must_spin;

static void sleep(void)
{
    (void)rme_kfunc_call(kfunc, RME_KFN_IDLE_SLEEP, 0, 0, 0, 0, 0);
}

/* Asleep, or busy in user mode without a call, as it is told. */
static void other(word_t cpu)
{
    reports[cpu].is_here = cpu;
    for (;;) {
        while (must_spin) {
            reports[cpu].is_busy = true;
            reports[cpu].turns++;
        }
        reports[cpu].is_busy = false;
        sleep();
    }
}

static void tick(word_t cpu)
{
    (void)rme_kfunc_call(kfunc, RME_KFN_CPU_TICK, cpu, 0, 0, 0, 0);
}

static bool all_are_here(void)
{
    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++)
        if (reports[cpu].is_here != cpu)
            return false;
    return true;
}

static void tell_all(bool is_busy)
{
    must_spin = is_busy;
    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++)
        while (reports[cpu].is_busy != is_busy)
            tick(cpu);
}

/* Every CPU but sleepers has ticked when this returns: a flush is asked for, which a tick does. */
static void round_of_ticks(void)
{
    const word_t all = ~(word_t)0 >> (WORD_BITS - rme_boot.cpu_count);
    sword_t epoch = rme_kfunc_call(kfunc, RME_KFN_FLUSH, 0, all, 0, 0, 0);

    tick(0);
    while (rme_kfunc_call(kfunc, RME_KFN_FLUSH_DONE, 0, (word_t)epoch, 0, 0, 0) == 0)
        ;
}

/* Ask until the answer is another, with ticks in between; *rounds of them. */
static sword_t until_quiescent(sword_t (*ask)(rme_captable_t table, word_t slot), word_t slot,
                               word_t *rounds)
{
    sword_t status;

    for (*rounds = 0; (status = ask(own, slot)) == STATUS_NOT_QUIESCENT && *rounds < TRIES;
         ++*rounds)
        round_of_ticks();
    return status;
}

static void check_deletion(const char *name)
{
    word_t slot = rme_signal_make().id.raw, to_freeze, to_delete;
    sword_t frozen = until_quiescent(rme_captable_freeze, slot, &to_freeze);
    sword_t deleted = until_quiescent(rme_signal_delete, slot, &to_delete);

    rme_free_slot(slot);
    tap_check(frozen == STATUS_OK && to_freeze <= EPOCHS && deleted == STATUS_OK &&
                  to_delete <= EPOCHS,
              name);
    rme_print("# frozen after %u rounds (%d), deleted after %u more (%d)\n", (unsigned)to_freeze,
              (int)frozen, (unsigned)to_delete, (int)deleted);
}

int main(void)
{
    const struct boot_page *page = rme_boot_page();

    rme_print("# %u CPUs\n", (unsigned)rme_boot.cpu_count);
    for (word_t i = 0; page != NULL && i < page->notes && i < BOOT_PAGE_NOTES; i++)
        rme_print("# boot: %s: %lx\n", rme_boot_note(page->note[i].what), page->note[i].word);
    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++)
        rme_cpu_run(cpu, other, stacks[cpu], STACK_BYTES);
    while (!all_are_here())
        ;
    tap_check(all_are_here(), "every CPU runs what it was given");
    tell_all(false);
    check_deletion("an object goes while all others sleep");
    tell_all(true);
    check_deletion("an object goes while all others are busy in user mode");
    tell_all(false);
    return tap_end();
}
