/* SPDX-License-Identifier: Unlicense
 *
 * Runs scenarios: all, or what the kernel's command line says:
 *
 *   rows=H1          rows whose names begin so
 *   runs=N           of each row
 *   seed=N           the one run of that number
 *   icount=N         time is counted: 2^N ns an instruction
 *   tell             the digest of each run: what the kernel's atomic operations were, in order
 *   soak=N           random calls instead (soak.c), for so many seconds
 *   brief            what takes no end is given up sooner
 *
 * A line of TAP for each scenario, between its name, what it has seen, and a digest of its runs.
 */
#include "hazards.h"

#include "config.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/boot.h"
#include "rme/cpus.h"
#include "rme/invoke.h"
#include "rme/stack.h"
#include "shaken/shake.h"
#include "tests/system/tap.h"

enum {
    DEFAULT_RUNS = 12,
    PASSES = 300,
    TRIES = 60,
    PATIENCE_S = 64,
    BRIEF = 8,
    TIMED_SHIFT = 4,
    TELL_S = 10
};
enum { PATIENCE = 1 << 29 }; /* instructions */

#define shared_page ((volatile struct shake *)(LAYOUT_GUEST - LAYOUT_KERNEL_WINDOW))

volatile sword_t got[CPUS][RESULTS] __attribute__((aligned(64)));
word_t running, run_seed;
bool is_timed;
static bool is_exact; /* one thread for all CPUs, and time is counted */
static word_t shift;  /* then so: 2^shift ns an instruction */
static word_t patience;

static word_t cpu_count, memory, outcomes, traces, number_now;
static const char *name_now;

static char cpu_stacks[CPUS][STACK_BYTES] __attribute__((aligned(16)));
static char worker_stacks[CPUS][STACK_BYTES] __attribute__((aligned(16)));
static char port_stacks[PORT_STACKS][STACK_BYTES] __attribute__((aligned(16)));

/* ---- Together ---- */

/* CPUs sleep but while they run a script. */
static struct {
    script_t *const *scripts;
    volatile word_t number, arrived, gone, ended;
    word_t awake; /* from 0 on */
} work __attribute__((aligned(64)));
static volatile word_t taken[CPUS]; /* the number of the last that each has begun */

static word_t mix(word_t word)
{
    word = (word ^ word >> 31) * 0x9E3779B97F4A7C15;
    word = (word ^ word >> 29) * 0xBF58476D1CE4E5B9;
    return word ^ word >> 32;
}

word_t now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

bool is_short(word_t begin, word_t periods)
{
    return now() - begin < periods * (rme_boot.clock_hz / 1000000 * CONFIG_QUIESCE_PERIOD_US);
}

static void tell(word_t digest)
{
    rme_print("# %s, seed %u, trace %x%08x\n", name_now, (unsigned)number_now,
              (unsigned)(digest >> 32), (unsigned)(uint32_t)digest);
}

/* The program cannot go on from a state that nobody knows. */
static _Noreturn void give_up(const char *what, sword_t status)
{
    rme_print("# %s, seed %u: %s: %d\n", name_now, (unsigned)number_now, what, (int)status);
    tell(mix(shared_page->trace));
    tap_check(false, name_now);
    (void)tap_end();
    for (;;)
        (void)FUNCTION(IDLE_SLEEP, 0);
}

bool wait_for(const volatile word_t *word)
{
    word_t begin = now();

    while (*word == 0 && now() - begin < patience)
        pause();
    return *word != 0;
}

static void wait_until(const volatile word_t *word, word_t least, const char *what)
{
    word_t begin = now();

    while (*word < least) {
        pause();
        if (now() - begin > patience)
            give_up(what, (sword_t)*word);
    }
}

/* Some seeds let CPUs go on often, some seldom and for long; some not at all. */
static void start_shaking(void)
{
    word_t word = mix(run_seed);

    shared_page->rarity = ((word_t)1 << (word & 3)) - 1;
    shared_page->most = (word_t)1 << (word >> 2 & 7);
    shared_page->trace = 0;
    shared_page->state = is_exact || (word >> 8 & 3) != 0 ? word | 1 : 0;
}

void begin(word_t cpu)
{
    (void)__atomic_add_fetch(&work.arrived, 1, __ATOMIC_SEQ_CST);
    if (cpu == 0) {
        wait_until(&work.arrived, running, "a CPU does not begin");
        start_shaking();
        work.gone = work.number;
    }
    while (work.gone != work.number)
        pause();
    for (word_t delay = mix(run_seed + cpu + 1) % (is_exact ? 40 : 200); delay != 0; delay--)
        pause();
}

void tick(word_t cpu)
{
    (void)FUNCTION(CPU_TICK, cpu);
}

static void other(word_t cpu)
{
    for (;;) {
        while (taken[cpu] == work.number || work.scripts[cpu] == NULL)
            (void)FUNCTION(IDLE_SLEEP, 0);
        taken[cpu] = work.number;
        work.scripts[cpu](cpu);
        (void)__atomic_add_fetch(&work.ended, 1, __ATOMIC_SEQ_CST);
    }
}

/* A CPU may be about to sleep, so that one request could be in vain. */
static void wake(word_t cpu)
{
    while (taken[cpu] != work.number) {
        tick(cpu);
        pause();
    }
}

static void run_all(script_t *const scripts[CPUS])
{
    work.arrived = 0;
    work.ended = 0;
    for (running = 0; running < cpu_count && scripts[running] != NULL; running++)
        ;
    work.awake = running;
    __atomic_store_n(&work.scripts, scripts, __ATOMIC_SEQ_CST);
    __atomic_store_n(&work.number, work.number + 1, __ATOMIC_SEQ_CST);
    for (word_t cpu = 1; cpu < running; cpu++)
        wake(cpu);
    scripts[0](0);
    wait_until(&work.ended, running - 1, "a script does not end");
    shared_page->state = 0;
    work.awake = 1;
}

/* ---- Ticks ---- */

/* A tick flushes, and it can be asked who has flushed; those who sleep need not. */
void tick_all(void)
{
    sword_t epoch = FUNCTION(FLUSH, 0, 0);
    word_t begin = now();

    for (word_t cpu = 0; cpu < work.awake; cpu++)
        tick(cpu);
    while (FUNCTION(FLUSH_DONE, 0, (word_t)epoch) == 0) {
        pause();
        if (now() - begin > patience)
            give_up("a flush does not end", epoch);
    }
}

sword_t delete_late(word_t cpu, word_t number, word_t slot)
{
    sword_t status = STATUS_NOT_QUIESCENT;

    (void)cpu;
    for (unsigned i = 0; i < TRIES && status == STATUS_NOT_QUIESCENT; i++) {
        tick_all();
        status = call(number, (const word_t[7]){BOOT_CAPTABLE, slot});
    }
    return status;
}

/* ---- States ---- */

void must(sword_t result, const char *what)
{
    if (result < 0)
        give_up(what, result);
}

word_t memory_at(word_t piece)
{
    return memory + piece * PIECE_BYTES;
}

void make_endpoint(word_t slot)
{
    MUST(SIG_CRT, BOOT_CAPTABLE, slot);
}

void make_process(word_t slot)
{
    MUST(PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, BOOT_PAGETABLE, CAP_NULL);
}

void make_leaf(word_t slot, word_t source, word_t rights)
{
    MUST(CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, source, rights);
}

void make_captable(word_t slot, word_t piece, word_t entries)
{
    MUST(CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), entries);
}

void make_thread(word_t slot, word_t piece)
{
    MUST(THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), BOOT_PROCESS, 8, THREAD_FPU);
}

word_t port_words(serve_t *serve, unsigned stack, word_t *entry)
{
    return rme_stack_prepare_server(port_stacks[stack], STACK_BYTES, serve, entry);
}

void make_port(word_t slot, word_t piece, serve_t *serve, unsigned stack)
{
    word_t entry, top = port_words(serve, stack, &entry);

    MUST(INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), PROCESS);
    MUST(INV_SET, slot, entry, top, true);
}

unsigned this_stack(void)
{
    word_t offset = (word_t)__builtin_frame_address(0) - (word_t)port_stacks;

    return offset < sizeof(port_stacks) ? (unsigned)(offset / STACK_BYTES) : PORT_STACKS;
}

sword_t invoke(word_t slot, word_t param, word_t *value)
{
    return rme_invoke_hidden(rme_invocation(slot), param, value);
}

/* Ask until everybody has ticked often enough. */
static sword_t insist(word_t number, word_t slot)
{
    sword_t status;
    unsigned tries = 0;

    while ((status = call(number, (const word_t[7]){BOOT_CAPTABLE, slot})) ==
               STATUS_NOT_QUIESCENT &&
           tries++ < TRIES)
        tick_all();
    return status;
}

void age(void)
{
    make_endpoint(AGE);
    must(insist(RME_SVC_CPT_FRZ, AGE), "age: CPT_FRZ");
    must(insist(RME_SVC_SIG_DEL, AGE), "age: SIG_DEL");
}

void freeze(word_t slot)
{
    must(insist(RME_SVC_CPT_FRZ, slot), "freeze");
    age();
}

/* ---- Workers ---- */

sword_t bind(word_t cpu, word_t thread, word_t priority)
{
    return CALL(THD_SCHED_BIND, thread, cap_id_in(BOOT_THREAD, cpu).raw, CAP_NULL, 1, priority,
                CAP_NULL, 0);
}

word_t worker_top(word_t cpu)
{
    return rme_stack_prepare(worker_stacks[cpu], STACK_BYTES);
}

void restart_worker(word_t cpu, word_t thread, script_t *script)
{
    MUST(THD_EXEC_SET, thread, (word_t)script, worker_top(cpu), cpu);
}

void give_time(word_t cpu, word_t thread)
{
    MUST(THD_TIME_XFER, thread, cap_id_in(BOOT_THREAD, cpu).raw, BUDGET_INFINITE);
}

void start_worker(word_t cpu, script_t *script)
{
    must(bind(cpu, THREAD + cpu, 1), "THD_SCHED_BIND");
    restart_worker(cpu, THREAD + cpu, script);
    give_time(cpu, THREAD + cpu);
}

void end_worker(word_t thread)
{
    for (;;)
        (void)CALL(THD_SCHED_FREE, thread);
}

/* ---- Taking apart ---- */

static void free_threads(word_t cpu)
{
    (void)cpu;
    for (word_t slot = THREAD; slot < THREAD_END; slot++)
        (void)CALL(THD_SCHED_FREE, slot);
}

/* Whatever scenarios construct. The last of a table must go first. */
static void take_tables_apart(void)
{
    static const struct {
        word_t parent, position, child;
    } all[] = {{PARENT, 0, CHILD},     {SECOND, 0, CHILD},   {PARENT, 0, OTHER_CHILD},
               {DIRECTORY, 0, PARENT}, {TOP, 5, DIRECTORY},  {OTHER_TOP, 5, DIRECTORY},
               {TOP, 0, IMAGE},        {OTHER_TOP, 0, IMAGE}};

    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        (void)CALL(PGT_DES, all[i].parent, all[i].position, all[i].child);
}

static void empty_table(word_t table)
{
    for (word_t i = 0; i < 4; i++) {
        (void)CALL(CPT_FRZ, table, i);
        (void)CALL(CPT_REM, table, i);
    }
}

bool is_empty(word_t slot)
{
    return CALL(CPT_REM, BOOT_CAPTABLE, slot) == STATUS_EMPTY;
}

/* One step on the way to an empty slot, whatever is in it. */
static sword_t take_apart(word_t slot)
{
    static const word_t deletes[] = {RME_SVC_SIG_DEL, RME_SVC_INV_DEL, RME_SVC_THD_DEL,
                                     RME_SVC_PRC_DEL, RME_SVC_CPT_DEL, RME_SVC_PGT_DEL};
    sword_t status = CALL(CPT_FRZ, BOOT_CAPTABLE, slot);

    if (status != STATUS_OK && status != STATUS_FROZEN)
        return status;
    status = CALL(CPT_REM, BOOT_CAPTABLE, slot);
    for (unsigned i = 0; i < sizeof(deletes) / sizeof(deletes[0]); i++)
        if (status == STATUS_ROOT || status == STATUS_TYPE)
            status = call(deletes[i], (const word_t[7]){BOOT_CAPTABLE, slot});
    return status;
}

static script_t *const free_everywhere[CPUS] = {free_threads, free_threads, free_threads,
                                                free_threads};

/* Everything goes, in some order: whatever is referred to waits for who refers to it. */
static void take_all_apart(void)
{
    word_t slot = SLOT;
    sword_t status = STATUS_OK;
    bool has_threads = false;

    for (word_t i = 0; i < CPUS && !has_threads; i++)
        has_threads = !is_empty(THREAD + i);
    if (has_threads)
        run_all(free_everywhere);
    (void)FUNCTION(INT_BIND, LINE, CAP_NULL, 0);
    for (unsigned pass = 0; pass < PASSES; pass++) {
        word_t left = 0;

        take_tables_apart(); /* but for those that are frozen, until their deletion thaws them */
        empty_table(TABLE);
        empty_table(OTHER);
        for (word_t i = SLOT; i < SLOTS_END; i++) {
            if (is_empty(i))
                continue;
            left++;
            slot = i;
            status = take_apart(i);
        }
        if (left == 0)
            return;
        tick_all();
    }
    rme_print("# slot %u cannot be emptied\n", (unsigned)(slot - SLOT));
    give_up("something is lost, or counted wrong", status);
}

/* ---- Judging ---- */

bool memory_was_written(void)
{
    return shared_page->written != 0;
}

void saw(unsigned outcome)
{
    (void)__atomic_fetch_or(&outcomes, (word_t)1 << outcome, __ATOMIC_RELAXED);
}

bool is_busy(sword_t status)
{
    return status == STATUS_BUSY || status == STATUS_CONFLICT;
}

word_t count_of(unsigned i, sword_t status)
{
    word_t count = 0;

    for (word_t cpu = 0; cpu < running; cpu++)
        count += got[cpu][i] == status;
    return count;
}

const char *one_winner(sword_t late)
{
    for (word_t cpu = 0; cpu < running; cpu++)
        saw(got[cpu][0] != STATUS_OK ? 2 : cpu == 0 ? 0 : 1);
    if (count_of(0, STATUS_OK) > 1)
        return "more than one has won";
    if (count_of(0, STATUS_OK) == 0)
        return "nobody has won";
    return count_of(0, STATUS_CONFLICT) + count_of(0, late) == running - 1 ? NULL
                                                                           : "another status";
}

bool is_referenced(word_t slot)
{
    return CALL(CPT_FRZ, BOOT_CAPTABLE, slot) == STATUS_REFERENCED;
}

const char *count_is(word_t root, const word_t *leaves, unsigned count)
{
    age();
    for (unsigned i = 0; i < count; i++) {
        sword_t status = CALL(CPT_FRZ, BOOT_CAPTABLE, leaves[i]);

        if (status != STATUS_OK && status != STATUS_FROZEN)
            return "a leaf is not there";
    }
    age();
    for (unsigned i = 0; i < count; i++) {
        if (!is_referenced(root))
            return "a leaf is not counted";
        if (CALL(CPT_REM, BOOT_CAPTABLE, leaves[i]) != STATUS_OK)
            return "a leaf cannot be removed";
    }
    return CALL(CPT_FRZ, BOOT_CAPTABLE, root) == STATUS_OK ? NULL : "what is gone is counted";
}

bool is_free(word_t offset, word_t entries)
{
    sword_t status = CALL(CPT_CRT, BOOT_CAPTABLE, AGE, BOOT_KMEM, offset, entries);

    if (status == STATUS_OK) {
        must(insist(RME_SVC_CPT_FRZ, AGE), "is_free: CPT_FRZ");
        must(insist(RME_SVC_CPT_DEL, AGE), "is_free: CPT_DEL");
    }
    return status == STATUS_OK;
}

/* ---- The command line ---- */

static struct {
    const char *rows;
    word_t runs, first;
    word_t seconds; /* to soak; 0: rows */
    bool has_seed, tells, is_brief;
} choice = {"", DEFAULT_RUNS, 0, 0, false, false, false};

static bool begins(const char *text, const char *with)
{
    for (; *with != '\0'; text++, with++)
        if (*text != *with)
            return false;
    return true;
}

/* As far as a word goes. */
static bool is_row(const char *name, const char *wanted)
{
    for (; *wanted > ' '; name++, wanted++)
        if (*name != *wanted)
            return false;
    return true;
}

static word_t number(const char *text)
{
    word_t value = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (word_t)(*text - '0');
    return value;
}

static void choose(const char *text)
{
    for (; *text != '\0'; text++) {
        if (begins(text, "rows="))
            choice.rows = text + 5;
        if (begins(text, "runs="))
            choice.runs = number(text + 5);
        if (begins(text, "seed=")) {
            choice.first = number(text + 5);
            choice.has_seed = true;
        }
        if (begins(text, "soak="))
            choice.seconds = number(text + 5);
        if (begins(text, "tell"))
            choice.tells = true;
        if (begins(text, "brief"))
            choice.is_brief = true;
        if (begins(text, "icount=")) {
            is_exact = true;
            shift = number(text + 7);
            is_timed = shift <= TIMED_SHIFT;
            patience = (word_t)PATIENCE << shift;
        }
    }
}

/* ---- Rows ---- */

static void show(const char *wrong)
{
    rme_print("# %s, seed %u: %s\n", name_now, (unsigned)number_now, wrong);
    for (word_t cpu = 0; cpu < running; cpu++) {
        rme_print("#   CPU %u got", (unsigned)cpu);
        for (unsigned i = 0; i < RESULTS; i++)
            if (got[cpu][i] != NOT_MADE)
                rme_print(" %d", (int)got[cpu][i]);
        rme_print("\n");
    }
}

static const char *run_once(const struct scenario *scenario)
{
    word_t participants, digest;
    const char *wrong;

    run_seed = mix(number_now + 1 + (shift << 32));
    for (word_t cpu = 0; cpu < CPUS; cpu++)
        for (unsigned i = 0; i < RESULTS; i++)
            got[cpu][i] = NOT_MADE;
    scenario->prepare();
    tick_all();
    run_all(scenario->scripts);
    participants = running;
    digest = mix(shared_page->trace);
    traces = mix(traces ^ digest);
    wrong = scenario->judge();
    if (wrong != NULL)
        show(wrong);
    if (wrong != NULL || choice.tells)
        tell(digest);
    take_all_apart();
    running = participants;
    return wrong;
}

static void run_row(const struct scenario *scenario)
{
    const char *wrong = NULL;
    word_t last = choice.has_seed ? choice.first + 1 : choice.runs;

    name_now = scenario->name;
    rme_print("# %s\n", name_now);
    outcomes = 0;
    traces = 0;
    for (number_now = choice.first; number_now < last && wrong == NULL; number_now++)
        wrong = run_once(scenario);
    rme_print("# %u CPUs, wants %x, saw %x, trace %x%08x\n", (unsigned)running,
              (unsigned)scenario->outcomes, (unsigned)outcomes, (unsigned)(traces >> 32),
              (unsigned)(uint32_t)traces);
    tap_check(wrong == NULL, scenario->name);
}

static void run_rows(const struct scenario *scenarios)
{
    for (; scenarios->name != NULL; scenarios++)
        if (is_row(scenarios->name, choice.rows))
            run_row(scenarios);
}

/* A line now and then, which also shows that it goes on. */
static void soak(void)
{
    word_t begun = now(), told = begun, spent = 0;
    const char *wrong = NULL;

    name_now = soak_row.name;
    for (number_now = choice.first; wrong == NULL && spent < choice.seconds; number_now++) {
        wrong = run_once(&soak_row);
        spent = choice.has_seed ? choice.seconds : (now() - begun) / rme_boot.clock_hz;
        if (now() - told < rme_boot.clock_hz * TELL_S)
            continue;
        told = now();
        rme_print("# %u s: %u runs, %lu calls\n", (unsigned)spent, (unsigned)number_now + 1,
                  (unsigned long)soak_calls());
    }
    soak_tell();
    rme_print("# SOAK %u s, %u CPUs, %u runs, %lu calls\n", (unsigned)spent, (unsigned)running,
              (unsigned)(number_now - choice.first), (unsigned long)soak_calls());
    tap_check(wrong == NULL, soak_row.name);
}

static script_t *const nothing[CPUS];

int main(void)
{
    const struct boot_page *page = rme_boot_page();

    cpu_count = rme_boot.cpu_count < CPUS ? rme_boot.cpu_count : CPUS;
    memory = rme_alloc_kmem_aligned(PIECES * PIECE_BYTES, PIECE_BYTES);
    patience = rme_boot.clock_hz * PATIENCE_S;
    if (page != NULL)
        choose(page->text);
    if (choice.is_brief)
        patience /= BRIEF;
    work.scripts = nothing;
    work.awake = 1;
    for (word_t cpu = 1; cpu < cpu_count; cpu++)
        rme_cpu_run(cpu, other, cpu_stacks[cpu], STACK_BYTES);
    if (choice.seconds != 0) {
        soak();
        return tap_end();
    }
    run_rows(slot_rows);
    run_rows(memory_rows);
    run_rows(process_rows);
    run_rows(pagetable_rows);
    run_rows(flush_rows);
    run_rows(thread_rows);
    run_rows(port_rows);
    run_rows(signal_rows);
    run_rows(epoch_rows);
    return tap_end();
}
