/* SPDX-License-Identifier: Unlicense
 *
 * What one CPU can ask of another, or need not ask: an object goes within three ticks of a CPU that
 * never calls, and without any of one that sleeps; each CPU has a timer of its own; a thread goes
 * from CPU to CPU, wherever its time ended, and keeps what is in its registers.
 */
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"
#include "rme/cpus.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { STACK_BYTES = 1024, TICKS = 3, RETRIES = 1000, PATIENCE_S = 20, ROUNDS = 8 };

static const rme_captable_t own = {{BOOT_CAPTABLE}};

typedef void script_t(word_t cpu);

static struct {
    script_t *script;
    volatile word_t cpu, number, ended;
} work __attribute__((aligned(64)));

static char stacks[CONFIG_CPUS_MAX][STACK_BYTES] __attribute__((aligned(16)));

static sword_t function(word_t number, word_t object, word_t word0, word_t word1)
{
    return rme_kfunc_call(rme_kfunc(BOOT_KFUNC), number, object, word0, word1, 0, 0);
}

static word_t now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

/* ---- One CPU at a time has something to do, the others sleep ---- */

/* Whether there is something new for this CPU. Its number is the same on both sides of the look at
 * whose it is. */
static bool is_for(word_t cpu, word_t *done)
{
    word_t number = work.number;

    if (number == *done || work.cpu != cpu || work.number != number)
        return false;
    *done = number;
    return true;
}

static void other(word_t cpu)
{
    word_t done = 0;

    for (;;) {
        while (!is_for(cpu, &done))
            (void)function(RME_KFN_IDLE_SLEEP, 0, 0, 0);
        work.script(cpu);
        work.ended = done;
    }
}

static void begin(script_t *script, word_t cpu)
{
    work.script = script;
    work.cpu = cpu;
    __atomic_store_n(&work.number, work.number + 1, __ATOMIC_SEQ_CST);
    if (cpu == 0) {
        script(0);
        work.ended = work.number;
    }
}

/* It may be about to sleep as it is asked: then once more, but not all the time. */
static bool end(void)
{
    word_t begun = now(), asked = 0;

    while (work.ended != work.number && now() - begun < PATIENCE_S * rme_boot.clock_hz)
        if (now() - asked > rme_boot.clock_hz / 1000) {
            (void)function(RME_KFN_CPU_TICK, work.cpu, 0, 0);
            asked = now();
        }
    return work.ended == work.number;
}

/* On each CPU, one after the other; false: one of them does not end. */
static bool on_each(script_t *script)
{
    for (word_t cpu = 0; cpu < rme_boot.cpu_count; cpu++) {
        begin(script, cpu);
        if (!end())
            return false;
    }
    return true;
}

/* ---- Deletion ---- */

/* A tick of this CPU, and of another if it is asked: it has ticked when it has flushed. */
static void tick(word_t busy)
{
    sword_t epoch = function(RME_KFN_FLUSH, 0, busy == 0 ? 0 : (word_t)1 << busy, 0);

    (void)function(RME_KFN_CPU_TICK, 0, 0, 0);
    while (busy != 0 && function(RME_KFN_FLUSH_DONE, 0, (word_t)epoch, 0) == 0)
        ;
}

/* The ticks that a call needs until it is done: many while the host lets a CPU wait that is on its
 * way to sleep. */
static word_t ticks_until(sword_t (*call)(rme_captable_t table, word_t slot), word_t slot,
                          word_t busy)
{
    word_t ticks = 0, begun = now();

    while (call(own, slot) != STATUS_OK && now() - begun < PATIENCE_S * rme_boot.clock_hz) {
        tick(busy);
        ticks++;
    }
    return ticks;
}

/* The most ticks that either took. */
static word_t make_and_delete(word_t busy)
{
    word_t slot = rme_signal_make().id.raw;
    word_t to_freeze = ticks_until(rme_captable_freeze, slot, busy);
    word_t to_delete = ticks_until(rme_signal_delete, slot, busy);

    rme_free_slot(slot);
    return to_freeze > to_delete ? to_freeze : to_delete;
}

static void check_deletion(word_t busy, const char *name)
{
    word_t most, begun = now();

    /* Others may be on their way to sleep, or back to it. */
    do {
        most = 0;
        for (unsigned i = 0; i < ROUNDS; i++) {
            word_t ticks = make_and_delete(busy);

            most = ticks > most ? ticks : most;
        }
    } while (most > TICKS && now() - begun < PATIENCE_S * rme_boot.clock_hz);
    tap_check(most <= TICKS, name);
    rme_print("# at the most %u ticks\n", (unsigned)most);
}

static volatile bool must_spin, spins;

static void spin(word_t cpu)
{
    (void)cpu;
    spins = true;
    while (must_spin)
        ;
}

static void deletions(void)
{
    check_deletion(0, "all others sleep: three ticks of this CPU, none is asked of others");
    if (rme_boot.cpu_count == 1)
        return;
    must_spin = true;
    begin(spin, 1);
    while (!spins)
        (void)function(RME_KFN_CPU_TICK, 1, 0, 0);
    check_deletion(1, "another spins in user mode for ever: three ticks of both");
    must_spin = false;
    tap_check(end(), "which goes on as nothing had been");
}

/* ---- Timers ---- */

static word_t of_cpu(word_t table, word_t cpu)
{
    return rme_boot.cpu_count == 1 ? table : cap_id_in(table, cpu).raw;
}

static word_t fired, refused, early;

static void use_timer(word_t cpu)
{
    word_t mine = of_cpu(BOOT_TIMER_ENDPOINT, cpu), begun = now();
    word_t counts = rme_boot.clock_hz / 1000;
    rme_signal_t signal = {{mine}};

    refused +=
        function(RME_KFN_TIMER_SET, 0, of_cpu(BOOT_TIMER_ENDPOINT, (cpu + 1) % rme_boot.cpu_count),
                 counts) == STATUS_STATE;
    if (function(RME_KFN_TIMER_SET, 0, mine, counts) != STATUS_OK)
        return;
    while (rme_signal_receive(signal, SIGNAL_POLL_ALL) == 0)
        if (now() - begun > PATIENCE_S * rme_boot.clock_hz)
            return;
    fired++;
    early += now() - begun < counts / 2;
}

static void timers(void)
{
    tap_check(on_each(use_timer) && fired == rme_boot.cpu_count,
              "the timer of each CPU fires there");
    tap_check(early == 0, "not before its time");
    tap_check(refused == (rme_boot.cpu_count == 1 ? 0 : rme_boot.cpu_count),
              "nobody sets that of another CPU");
}

/* ---- A thread that travels ---- */

enum { REGISTERS = 6, VECTORS = 16, VECTOR_WORDS = 2, CALLEE_BYTES = 2048 };

static const word_t tags[REGISTERS] = {0xB1, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6};
static word_t vectors[VECTORS][VECTOR_WORDS] __attribute__((aligned(16)));
static word_t vectors_end[VECTORS][VECTOR_WORDS] __attribute__((aligned(16)));
static word_t tags_end[REGISTERS];
static volatile word_t laps, must_arrive, has_arrived;
static char traveller_stack[CALLEE_BYTES] __attribute__((aligned(16)));
static rme_thread_t traveller;

#define EACH_VECTOR(text)                                                                          \
    text("0") text("1") text("2") text("3") text("4") text("5") text("6") text("7") text("8")      \
        text("9") text("10") text("11") text("12") text("13") text("14") text("15")
#define LOAD_VECTOR(n)  "movdqa " n "*16(%[from]), %%xmm" n "\n\t"
#define STORE_VECTOR(n) "movdqa %%xmm" n ", " n "*16(%[to])\n\t"

/* Everything is in registers while it counts. */
static void travel(word_t unused)
{
    (void)unused;
    __asm__ volatile(
        EACH_VECTOR(LOAD_VECTOR) "push %%rbx\n\tpush %%rbp\n\t"
                                 "mov 0(%[tags]), %%rbx\n\tmov 8(%[tags]), %%rbp\n\t"
                                 "mov 16(%[tags]), %%r12\n\tmov 24(%[tags]), %%r13\n\t"
                                 "mov 32(%[tags]), %%r14\n\tmov 40(%[tags]), %%r15\n"
                                 "1:\tincq (%[laps])\n\tcmpq $0, (%[arrive])\n\tje 1b\n\t"
                                 "mov %%rbx, 0(%[end])\n\tmov %%rbp, 8(%[end])\n\t"
                                 "mov %%r12, 16(%[end])\n\tmov %%r13, 24(%[end])\n\t"
                                 "mov %%r14, 32(%[end])\n\tmov %%r15, 40(%[end])\n\t"
                                 "pop %%rbp\n\tpop %%rbx\n\t" EACH_VECTOR(STORE_VECTOR)
        :
        : [from] "r"(vectors), [to] "r"(vectors_end), [tags] "r"(tags), [end] "r"(tags_end),
          [laps] "r"(&laps), [arrive] "r"(&must_arrive)
        : "memory", "cc", "r12", "r13", "r14", "r15");
    has_arrived = 1;
    for (;;)
        (void)rme_thread_free(traveller);
}

static word_t stations;
static bool has_begun;

/* Bind it here, let it run until its time has ended, and let it go. */
static void take_on(word_t cpu)
{
    rme_thread_t init = {{of_cpu(BOOT_THREAD, cpu)}};
    word_t before = laps;

    if (rme_thread_bind(traveller, init, rme_signal_null(), 1, 1, rme_kmem_null(), 0) != STATUS_OK)
        return;
    if (!has_begun) {
        word_t top = rme_stack_prepare(traveller_stack, CALLEE_BYTES);

        has_begun = rme_thread_exec_set(traveller, (word_t)travel, top, 0) == STATUS_OK;
    }
    /* Its time passes also while this machine's thread has none. */
    for (unsigned i = 0; i < RETRIES && (must_arrive != 0 ? has_arrived == 0 : laps == before); i++)
        (void)rme_thread_transfer_time(traveller, init, rme_boot.clock_hz / 1000);
    stations += laps != before || has_arrived != 0;
    (void)rme_thread_free(traveller);
}

static bool is_whole(void)
{
    bool same = true;

    for (unsigned i = 0; i < REGISTERS; i++)
        same = same && tags_end[i] == tags[i];
    for (unsigned i = 0; i < VECTORS; i++)
        for (unsigned j = 0; j < VECTOR_WORDS; j++)
            same = same && vectors_end[i][j] == vectors[i][j];
    return same;
}

static void migration(void)
{
    word_t slot = rme_alloc_slot();

    traveller = (rme_thread_t){cap_id(slot)};
    for (unsigned i = 0; i < VECTORS; i++)
        for (unsigned j = 0; j < VECTOR_WORDS; j++)
            vectors[i][j] = 0x0123456789ABCDEF * (i * VECTOR_WORDS + j + 1);
    rme_assert(rme_thread_create(own, slot, rme_kmem(BOOT_KMEM),
                                 rme_alloc_kmem(RME_THREAD_FPU_BYTES), rme_process(BOOT_PROCESS), 8,
                                 THREAD_FPU) == STATUS_OK);
    for (unsigned i = 0; i < ROUNDS; i++)
        rme_assert(on_each(take_on));
    tap_check(stations == ROUNDS * rme_boot.cpu_count,
              "a thread goes from CPU to CPU, from wherever its time has ended");
    must_arrive = 1;
    begin(take_on, rme_boot.cpu_count - 1);
    tap_check(end() && has_arrived != 0, "and arrives");
    tap_check(is_whole(), "with all its registers");
}

int main(void)
{
    rme_print("# %u CPUs\n", (unsigned)rme_boot.cpu_count);
    for (word_t cpu = 1; cpu < rme_boot.cpu_count; cpu++)
        rme_cpu_run(cpu, other, stacks[cpu], STACK_BYTES);
    deletions();
    timers();
    migration();
    return tap_end();
}
