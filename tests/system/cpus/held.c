/* SPDX-License-Identifier: Unlicense
 *
 * A CPU that stands still in the middle of a call, as held.py makes one that this names by the id
 * of its local APIC: what has been frozen is not deleted meanwhile, and nobody else is held up.
 * That CPU calls all the time, a third as well, and both count.
 */
#include "rme/alloc.h"
#include "rme/boot.h"
#include "rme/cpus.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { STACK_BYTES = 1024, CPUS = 3, HELD = 1, FREE = 2, ROUNDS = 5, TICKS = 3, TRIES = 100 };
enum { PATIENCE_S = 60, HELD_CENTISECONDS = 95 }; /* held.py holds it for 100 */

static const rme_captable_t own = {{BOOT_CAPTABLE}};

static char stacks[CPUS][STACK_BYTES] __attribute__((aligned(16)));

static struct {
    rme_signal_t signal;
    volatile word_t turns;
} __attribute__((aligned(64))) each[CPUS];

static word_t now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

static sword_t function(word_t number, word_t object, word_t word)
{
    return rme_kfunc_call(rme_kfunc(BOOT_KFUNC), number, object, word, 0, 0, 0);
}

/* Nearly all the time in the kernel. */
static void call_always(word_t cpu)
{
    for (;;) {
        (void)rme_signal_send(each[cpu].signal, 1);
        (void)rme_signal_receive(each[cpu].signal, SIGNAL_POLL_ALL);
        each[cpu].turns++;
    }
}

/* Whether it stands still for a tenth of a second; false after PATIENCE_S. */
static bool waits_for_hold(void)
{
    word_t begun = now(), seen = each[HELD].turns, since = begun;

    while (now() - since < rme_boot.clock_hz / 10) {
        if (each[HELD].turns != seen) {
            seen = each[HELD].turns;
            since = now();
        }
        if (now() - begun > PATIENCE_S * rme_boot.clock_hz)
            return false;
    }
    return true;
}

static void rest(void)
{
    word_t begun = now();

    while (now() - begun < rme_boot.clock_hz / 10000)
        ;
}

static void tick_all(void)
{
    for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++)
        (void)function(RME_KFN_CPU_TICK, cpu, 0);
}

/* Everybody has ticked. */
static void round_of_ticks(void)
{
    sword_t epoch = function(RME_KFN_FLUSH, 0, 0);

    tick_all();
    while (function(RME_KFN_FLUSH_DONE, 0, (word_t)epoch) == 0)
        ;
}

/* Ask until the answer is another; rounds of ticks that it took. */
static unsigned insist(sword_t (*call)(rme_captable_t table, word_t slot), word_t slot)
{
    unsigned rounds = 0;

    while (call(own, slot) == STATUS_NOT_QUIESCENT && rounds < TRIES) {
        round_of_ticks();
        rounds++;
    }
    return rounds;
}

/* What has been made before is old enough to be frozen: epochs go on only for who waits. */
static void age(void)
{
    word_t slot = rme_signal_make().id.raw;

    (void)insist(rme_captable_freeze, slot);
    (void)insist(rme_signal_delete, slot);
    rme_free_slot(slot);
}

static unsigned held, too_early, asked, late;
static word_t others;

/* Ask all the time while it is held: the answer does not change before it goes on. It is held for a
 * second that begins after HOLD is said. On a busy host its turn may show only well after that, as
 * each tick interrupts it first. */
static void hold_once(word_t slot)
{
    word_t begun = now(), turns, free_turns;
    sword_t status;

    rme_print("HOLD %u\n", (unsigned)rme_boot_page()->cpu[HELD]);
    if (!waits_for_hold())
        return;
    turns = each[HELD].turns;
    free_turns = each[FREE].turns;
    if (rme_captable_freeze(own, slot) != STATUS_OK)
        return;
    held++;
    while (each[HELD].turns == turns) {
        status = rme_signal_delete(own, slot);
        if (now() - begun < rme_boot.clock_hz / 100 * HELD_CENTISECONDS) {
            asked++;
            too_early += status != STATUS_NOT_QUIESCENT && each[HELD].turns == turns;
        }
        tick_all();
        rest(); /* so that it comes further between ticks once it goes on */
    }
    others += each[FREE].turns - free_turns;
    late += insist(rme_signal_delete, slot) > TICKS;
}

int main(void)
{
    rme_print("# %u CPUs\n", (unsigned)rme_boot.cpu_count);
    for (word_t cpu = 1; cpu < CPUS; cpu++) {
        each[cpu].signal = rme_signal_make();
        rme_cpu_run(cpu, call_always, stacks[cpu], STACK_BYTES);
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        word_t slot = rme_signal_make().id.raw;

        age();
        hold_once(slot);
    }
    rme_print("# asked %u times while it was held for sure; another CPU made %lu calls\n", asked,
              (unsigned long)others);
    tap_check(held == ROUNDS, "the second CPU was held, again and again");
    tap_check(asked > ROUNDS && too_early == 0, "nothing is freed meanwhile");
    tap_check(others > ROUNDS, "and nobody else stands still");
    tap_check(late == 0, "three ticks after it goes on, what was frozen is gone");
    return tap_end();
}
