/* SPDX-License-Identifier: Unlicense
 *
 * The benchmark on all CPUs at once, printed for tools/scaling.py: each does the seven operations
 * on objects of its own; then all want one slot, again and again; then an object is deleted while
 * all others are busy. With `rate` on the kernel's command line only how long all take together for
 * so many operations.
 */
#include "bench/objects.h"

#include "board.h"
#include "config.h"
#include "rme/alloc.h"
#include "rme/boot.h"
#include "rme/cpus.h"
#include "rme/print.h"
#include "rme/string.h"

enum { CONTENDED_ROUNDS = 20, RATE_ROUNDS = 300000, TRIES = 100 };
enum { PATIENT_TRIES = 8, FEW_CPUS = 4 };
enum { MESSAGES = BOARD_IRQ_LINES - BOARD_IOAPIC_LINES, STACK_BYTES = 2048 };

/* What the plugin is told: nothing, an operation of a CPU, or its wish for the contended slot. */
enum { LABEL_NONE, LABEL_CONTENDED = 1 + OPERATIONS * CONFIG_CPUS_MAX };
const volatile char bench_label[LABEL_CONTENDED + CONFIG_CPUS_MAX];

static const char *const operation_names[OPERATIONS] = {
    "yield_s", "yield_2", "inv_2", "sig_1", "sig_2", "sig_s", "sig_i",
};

static const struct row row = {"infinite", BUDGET_INFINITE, 0, false, STUBS_INLINE};
static const rme_captable_t own = {{BOOT_CAPTABLE}};

/* Each on lines of its own. */
static struct each {
    volatile bool is_measured;
    volatile sword_t status;
    volatile word_t turns, taken;
    struct figures figures[OPERATIONS];
    struct objects objects;
    char stack[STACK_BYTES] __attribute__((aligned(16)));
} __attribute__((aligned(64))) each[CONFIG_CPUS_MAX];

static word_t now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

static void pause(void)
{
    __asm__ volatile("pause" : : : "memory");
}

static sword_t function(word_t number, word_t object, word_t word)
{
    return rme_kfunc_call(rme_kfunc(BOOT_KFUNC), number, object, word, 0, 0, 0);
}

/* ---- All CPUs together ---- */

typedef void script_t(word_t cpu);

/* The others sleep but while they have something to do. */
static struct {
    script_t *script;
    word_t first, last; /* whose it is */
    volatile word_t number, ready, ended;
} work __attribute__((aligned(64)));

static bool is_meant(word_t cpu)
{
    return cpu >= work.first && cpu <= work.last;
}

static void other(word_t cpu)
{
    for (;;) {
        while (each[cpu].taken == work.number)
            (void)function(RME_KFN_IDLE_SLEEP, 0, 0);
        each[cpu].taken = work.number;
        if (!is_meant(cpu))
            continue;
        work.script(cpu);
        (void)__atomic_add_fetch(&work.ended, 1, __ATOMIC_SEQ_CST);
    }
}

/* On the CPUs from first to last, this one among them or not. Whoever is about to sleep is asked
 * once more. */
static void begin(script_t *script, word_t first, word_t last)
{
    work.script = script;
    work.first = first;
    work.last = last;
    work.ready = 0;
    work.ended = 0;
    __atomic_store_n(&work.number, work.number + 1, __ATOMIC_SEQ_CST);
    for (word_t cpu = first == 0 ? 1 : first; cpu <= last; cpu++)
        while (each[cpu].taken != work.number) {
            (void)function(RME_KFN_CPU_TICK, cpu, 0);
            pause();
        }
}

static void end(void)
{
    while (work.ended != work.last - work.first + 1 - is_meant(0))
        pause();
}

static void run(script_t *script, word_t first, word_t last)
{
    begin(script, first, last);
    if (is_meant(0))
        script(0);
    end();
}

static void run_all(script_t *script)
{
    run(script, 0, rme_boot.cpu_count - 1);
}

/* All go on together from here. */
static void meet(void)
{
    (void)__atomic_add_fetch(&work.ready, 1, __ATOMIC_SEQ_CST);
    while (work.ready != work.last - work.first + 1)
        pause();
}

/* Everybody has ticked when this returns. */
static void tick_all(void)
{
    sword_t epoch = function(RME_KFN_FLUSH, 0, 0);

    for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++)
        (void)function(RME_KFN_CPU_TICK, cpu, 0);
    while (function(RME_KFN_FLUSH_DONE, 0, (word_t)epoch) == 0)
        pause();
}

/* The status in the end, and how many times everybody ticked for it. */
static sword_t insist(sword_t (*call)(rme_captable_t table, word_t slot), word_t slot,
                      word_t *rounds)
{
    sword_t status;

    for (*rounds = 0; (status = call(own, slot)) == STATUS_NOT_QUIESCENT && *rounds < TRIES;
         ++*rounds)
        tick_all();
    return status;
}

/* ---- Operations on objects of one's own ---- */

static void measure_all(word_t param)
{
    struct objects *objects = (struct objects *)param;
    struct each *mine = &each[objects->cpu];
    struct targets targets = objects_targets(objects);

    for (enum operation i = 0; i < OPERATIONS; i++) {
        if (i == SIG_I && objects->line == BOARD_IRQ_LINES)
            continue;
        objects_levels_for(objects, i);
        BENCH_LABEL(1 + objects->cpu * OPERATIONS + i);
        measure(i, &targets, row.stubs, &mine->figures[i]);
        BENCH_LABEL(LABEL_NONE);
    }
    mine->is_measured = true;
    objects_stop(objects);
}

/* One after the other: what gives out slots and memory belongs to no CPU. */
static void make(word_t cpu)
{
    struct objects *objects = &each[cpu].objects;

    objects->cpu = cpu;
    objects->line = cpu < MESSAGES ? BOARD_IRQ_LINES - 1 - cpu : BOARD_IRQ_LINES;
    objects_make(objects);
    objects_start(objects, &row, measure_all);
}

static void operations(word_t cpu)
{
    objects_wait(&each[cpu].objects, &each[cpu].is_measured);
}

static unsigned print_operations(word_t cpu)
{
    unsigned wrong = 0;

    for (enum operation i = 0; i < OPERATIONS; i++) {
        const struct figures *figures = &each[cpu].figures[i];

        if (i == SIG_I && each[cpu].objects.line == BOARD_IRQ_LINES)
            continue;
        rme_print("SCALE %u %s %u\n", (unsigned)cpu, operation_names[i], (unsigned)figures->rounds);
        wrong += figures->wrong != 0 || figures->rounds != ROUNDS;
    }
    return wrong;
}

/* ---- One slot that all want ---- */

static word_t wanted __attribute__((aligned(64)));

static void want(word_t cpu)
{
    meet();
    BENCH_LABEL(LABEL_CONTENDED + cpu);
    (void)COUNTER;
    each[cpu].status = rme_signal_create(own, wanted);
    (void)COUNTER;
    BENCH_LABEL(LABEL_NONE);
}

static unsigned contend(void)
{
    unsigned winners = 0, losers = 0;
    word_t rounds;

    wanted = rme_alloc_slot();
    for (unsigned i = 0; i < CONTENDED_ROUNDS; i++) {
        run_all(want);
        for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++) {
            sword_t status = each[cpu].status;

            winners += status == STATUS_OK;
            losers += status == STATUS_OCCUPIED || status == STATUS_CONFLICT;
        }
        (void)insist(rme_captable_freeze, wanted, &rounds);
        (void)insist(rme_signal_delete, wanted, &rounds);
    }
    rme_print("CONTENDED %u rounds %u winners %u losers\n", CONTENDED_ROUNDS, winners, losers);
    return winners != CONTENDED_ROUNDS ||
           losers != CONTENDED_ROUNDS * (unsigned)(rme_boot.cpu_count - 1);
}

/* ---- Deletion while all others are busy ---- */

static volatile bool must_spin;

static void spin(word_t cpu)
{
    while (must_spin)
        each[cpu].turns++;
}

/* Nobody is asked to tick: the CPUs do, by their period. Microseconds. */
static word_t delete_patiently(word_t slot, unsigned *wrong)
{
    word_t begun;
    sword_t status;

    while (rme_captable_freeze(own, slot) == STATUS_NOT_QUIESCENT)
        ;
    begun = now();
    while ((status = rme_signal_delete(own, slot)) == STATUS_NOT_QUIESCENT)
        ;
    *wrong += status != STATUS_OK;
    return (now() - begun) / (rme_boot.clock_hz / 1000000);
}

/* A host that lends its processors to others too adds to it: once without that is enough. Many CPUs
 * take turns in any case. */
static unsigned take_time(void)
{
    const word_t enough = 3 * CONFIG_QUIESCE_PERIOD_US + CONFIG_QUIESCE_PERIOD_US / 2500;
    const unsigned tries = rme_boot.cpu_count <= FEW_CPUS ? PATIENT_TRIES : 1;
    word_t least = ~(word_t)0;
    unsigned wrong = 0;

    for (unsigned i = 0; i < tries && least > enough; i++) {
        word_t us = delete_patiently(rme_signal_make().id.raw, &wrong);

        if (us < least)
            least = us;
    }
    rme_print("GRACE %u us of %u a period\n", (unsigned)least, CONFIG_QUIESCE_PERIOD_US);
    return wrong;
}

static unsigned delete_by_ticks(word_t slot)
{
    word_t to_freeze, to_delete;
    sword_t frozen = insist(rme_captable_freeze, slot, &to_freeze);
    sword_t deleted = insist(rme_signal_delete, slot, &to_delete);

    rme_print("EPOCHS %u to freeze %u to delete\n", (unsigned)to_freeze, (unsigned)to_delete);
    return frozen != STATUS_OK || deleted != STATUS_OK;
}

static unsigned grace(void)
{
    unsigned wrong;

    must_spin = true;
    begin(spin, 1, rme_boot.cpu_count - 1);
    wrong = delete_by_ticks(rme_signal_make().id.raw);
    wrong += take_time();
    must_spin = false;
    end();
    return wrong;
}

/* ---- How many in a time ---- */

static void send_and_receive(word_t cpu)
{
    word_t self = each[cpu].objects.self.id.raw;

    for (word_t i = 0; i < RATE_ROUNDS; i++) {
        (void)rme_hot_call(RME_SVC_SIG_SND, self, 1);
        (void)rme_hot_call(RME_SVC_SIG_RCV, self, SIGNAL_POLL_ALL);
    }
}

static void rate(void)
{
    word_t begun;

    run_all(send_and_receive);
    begun = now();
    run_all(send_and_receive);
    rme_print("RATE %u operations %u us\n", (unsigned)(RATE_ROUNDS * rme_boot.cpu_count),
              (unsigned)((now() - begun) / (rme_boot.clock_hz / 1000000)));
}

int main(void)
{
    const struct boot_page *page = rme_boot_page();
    unsigned wrong = 0;

    rme_print("CPUS %u of at most %u\n", (unsigned)rme_boot.cpu_count, CONFIG_CPUS_MAX);
    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++)
        rme_cpu_run(cpu, other, each[cpu].stack, STACK_BYTES);
    for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++)
        run(make, cpu, cpu);
    if (page != NULL && memcmp(page->text, "rate", 4) == 0) {
        rate();
    } else {
        run_all(operations);
        for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++)
            wrong += print_operations(cpu);
        if (rme_boot.cpu_count > MESSAGES)
            rme_print("sig_i skipped on CPUs from %u on: there are no lines for them\n", MESSAGES);
        wrong += contend();
        wrong += grace();
    }
    rme_print("%u passed, %u failed, 0 skipped\n", wrong == 0, wrong);
    return wrong != 0;
}
