/* SPDX-License-Identifier: Unlicense */
#include "tests/concurrency/scenario.h"

#include "arch/host/weak.h"
#include "arch/memory.h"
#include "kernel/debug.h"
#include "kernel/quiesce.h"
#include "tests/host/invariants.h"
#include "tests/unit/tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCHEDULES_MAX = 150000,
    SEEDS = 150,
    WEAK_SEEDS = 2000,
    RARITIES = 9,
    THREAD_RUNS = 60,
    PIECE = 4096
};

sword_t got[HOST_CPUS][RESULTS];
unsigned patience = 4;
static unsigned seen;
static uint64_t total; /* schedules of this scenario */

/* Where a run stands, for a report that ASan makes. */
static struct {
    const char *name, *how;
    uint64_t number;
} now;

void __asan_on_error(void);
void __asan_on_error(void)
{
    printf("# %s: %s %" PRIu64 "\n", now.name, now.how, now.number);
    fflush(stdout);
}

void saw(unsigned outcome)
{
    seen |= 1U << outcome;
}

void tick(struct cpu *cpu)
{
    host_advance(cpu, ARCH_TIMER_TICK);
}

/* ---- States ---- */

void must(sword_t result, const char *what)
{
    if (result >= 0)
        return;
    printf("Bail out! %s: %s was refused: %d\n", now.name, what, (int)result);
    exit(1);
}

word_t memory_at(unsigned piece)
{
    return HOST_KMEM_BYTES / 2 + (word_t)piece * PIECE;
}

void make_endpoint(word_t slot)
{
    MUST(arch_cpu(0), SIG_CRT, BOOT_CAPTABLE, slot);
}

void make_process(word_t slot)
{
    MUST(arch_cpu(0), PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE,
         CONFIG_RAW ? arch_space_boot() : BOOT_PAGETABLE, BOOT_KFUNC);
}

void make_port(word_t slot, unsigned piece)
{
    MUST(arch_cpu(0), INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), PROCESS);
    MUST(arch_cpu(0), INV_SET, slot, 0x1000, 0x1000, 0);
}

void make_thread(word_t slot, unsigned piece)
{
    MUST(arch_cpu(0), THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), BOOT_PROCESS, 8,
         0);
}

void make_captable(word_t slot, unsigned piece, word_t entries)
{
    MUST(arch_cpu(0), CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory_at(piece), entries);
}

void make_leaf(word_t slot, word_t source, word_t rights)
{
    MUST(arch_cpu(0), CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, source, rights, 0, 0);
}

void bind(unsigned cpu, word_t slot, word_t priority)
{
    MUST(arch_cpu(cpu), THD_SCHED_BIND, slot, host_init_slot(cpu), CAP_NULL, slot, priority,
         CAP_NULL, 0);
    MUST(arch_cpu(cpu), THD_EXEC_SET, slot, 0x2000, 0x2000, 0);
    MUST(arch_cpu(cpu), THD_TIME_XFER, slot, host_init_slot(cpu), BUDGET_INFINITE);
}

/* CPU 0 last: what a state has besides calls it does as CPU 0. */
static void tick_all(void)
{
    for (unsigned cpu = arch_cpu_count(); cpu-- > 0;)
        tick(arch_cpu(cpu));
}

void age(void)
{
    word_t stamp = quiesce_stamp();

    tick_all();
    while (!quiesce_passed(stamp))
        tick_all();
}

void freeze(word_t slot)
{
    age();
    MUST(arch_cpu(0), CPT_FRZ, BOOT_CAPTABLE, slot);
    age();
}

/* ---- Judging ---- */

struct capability *slot_at(word_t slot)
{
    return (struct capability *)(void *)host_kmem + slot;
}

word_t header_at(word_t slot)
{
    return shared_load(&slot_at(slot)->header);
}

bool is_valid(word_t slot, enum cap_type type)
{
    return (uint8_t)header_at(slot) == cap_byte(type, CAP_VALID);
}

bool is_empty(word_t slot)
{
    return cap_state(header_at(slot)) == CAP_EMPTY;
}

word_t count_at(word_t slot)
{
    return shared_load(&slot_at(slot)->link);
}

bool is_marked(unsigned piece)
{
    word_t granule = memory_at(piece) / KMEM_GRANULE;

    return (shared_load(&arch_kmem_bitmap()[granule / WORD_BITS]) >> granule % WORD_BITS & 1) != 0;
}

const char *judge_counted(void)
{
    saw(got[1][0] == STATUS_OK ? 0 : 1);
    saw(got[1][1] == true ? 2 : 3);
    return got[1][1] == true && got[1][0] == STATUS_OK
               ? "a table that a process has was frozen as if nobody had it"
               : NULL;
}

/* What the scenario's judge says, then all that must hold of every state once every CPU has
 * ticked. */
static const char *judge(const struct scenario *scenario, enum host_end end)
{
    const char *wrong = NULL;

    if (end != HOST_DONE)
        return end == HOST_STOPPED ? "the kernel panicked" : "a call does not end";
    wrong = scenario->judge();
    tick_all();
    if (wrong == NULL)
        wrong = invariants_broken();
    for (unsigned i = 0; i < scenario->cpus && wrong == NULL; i++)
        wrong = invariants_hardware_broken(arch_cpu(i));
    return wrong;
}

static bool report(const char *wrong)
{
    if (wrong == NULL)
        return true;
    printf("# %s: %s %" PRIu64 ": %s\n", now.name, now.how, now.number, wrong);
    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        printf("#   CPU %u got", i);
        for (unsigned j = 0; j < RESULTS; j++)
            printf(" %d", (int)got[i][j]);
        printf("\n");
    }
    return false;
}

/* The state that a scenario begins with; the epochs begin so many steps before they wrap, or at 0,
 * flushing half its range before. */
static void prepare(const struct scenario *scenario, word_t steps)
{
    host_epoch_start = -steps;
    host_flush_start = steps % 2 == 0 ? -steps : ((word_t)1 << (WORD_BITS - 1)) - steps;
    if (steps == 0)
        host_flush_start = 0;
    host_boot(scenario->cpus);
    weak_begin();
    scenario->prepare();
}

static struct host_state *make_state(const struct scenario *scenario, word_t steps)
{
    prepare(scenario, steps);
    return host_save();
}

/* Back to the state; where accesses are noted it is made anew, as copying is none. */
static void again(const struct scenario *scenario, const struct host_state *state)
{
    if (IS_WEAK)
        prepare(scenario, 0);
    else
        host_restore(state);
    for (unsigned i = 0; i < HOST_CPUS; i++)
        for (unsigned j = 0; j < RESULTS; j++)
            got[i][j] = 1;
}

/* ---- Runs ---- */

static bool search_all(const struct scenario *scenario, const struct host_state *state,
                       unsigned preemptions, bool everywhere)
{
    static struct host_search search;
    uint64_t schedules = 0;

    host_search_begin(&search, preemptions, everywhere);
    now.how = everywhere ? "schedule everywhere" : "schedule";
    do {
        now.number = ++schedules;
        again(scenario, state);
        if (!report(judge(scenario, host_run(&search.chooser, scenario->scripts))))
            return false;
    } while (host_search_next(&search) && schedules < SCHEDULES_MAX);
    total += schedules;
    return (schedules < SCHEDULES_MAX && !search.is_cut) ||
           report("there are more schedules than may be");
}

static bool run_seed(const struct scenario *scenario, const struct host_state *state, uint64_t seed)
{
    struct host_random random;
    enum host_end end;
    const char *race;

    now.how = "seed";
    now.number = seed;
    again(scenario, state);
    host_is_hot = seed % 2 == 0;
    host_random_begin(&random, seed);
    if (IS_WEAK)
        random.rarity = (unsigned)(seed % RARITIES); /* what is late must be so for long */
    host_cas_seed = random.state | 1;
    host_cas_chance = seed % 3 == 0 ? 6 : 0;
    weak_loosen(seed);
    end = host_run(&random.chooser, scenario->scripts);
    race = weak_end();
    host_cas_chance = 0;
    return report(race != NULL ? race : judge(scenario, end));
}

static bool run_seeds(const struct scenario *scenario, const struct host_state *state,
                      uint64_t count)
{
    for (uint64_t seed = 0; seed < count; seed++)
        if (!run_seed(scenario, state, seed))
            return false;
    return true;
}

static bool run_threads(const struct scenario *scenario, const struct host_state *state)
{
    now.how = "threads, run";
    for (now.number = 0; now.number < THREAD_RUNS; now.number++) {
        again(scenario, state);
        if (!report(judge(scenario, host_run_threads(now.number, scenario->scripts))))
            return false;
    }
    return true;
}

static bool saw_all(const struct scenario *scenario)
{
    unsigned missing = scenario->outcomes & ~seen;

    if (missing == 0)
        return true;
    printf("# %s: outcome %d was never seen\n", scenario->name, __builtin_ctz(missing));
    return false;
}

struct choice {
    bool threads, has_seed, brief;
    uint64_t seed;
    const char *name;
};

/* The epochs wrap somewhere in the state or in the run. */
static bool search_wraps(const struct scenario *scenario)
{
    bool holds = true;

    for (word_t steps = 1; steps <= scenario->wraps && holds; steps++) {
        struct host_state *state = make_state(scenario, steps);

        holds = search_all(scenario, state, 2, false);
        free(state);
    }
    return holds;
}

/* With whole calls and with hot halves, at shared words and everywhere, before and behind a wrap.
 */
static bool search_each(const struct scenario *scenario, const struct host_state *state, bool brief)
{
    unsigned everywhere = brief || scenario->cpus > 2 ? 1 : 2;

    host_is_hot = false;
    if (!search_all(scenario, state, scenario->preemptions, false))
        return false;
    host_is_hot = true;
    return search_all(scenario, state, scenario->preemptions, false) &&
           search_all(scenario, state, everywhere, true) && (brief || search_wraps(scenario));
}

static bool run(const struct scenario *scenario, const struct choice *choice)
{
    struct host_state *state;
    bool holds = true;

    seen = 0;
    total = 0;
    now.name = scenario->name;
    state = make_state(scenario, 0);
    if (choice->threads) {
        holds = run_threads(scenario, state);
    } else if (choice->has_seed) {
        holds = run_seed(scenario, state, choice->seed);
    } else if (IS_WEAK) {
        holds = run_seeds(scenario, state, WEAK_SEEDS);
    } else {
        holds = search_each(scenario, state, choice->brief) && saw_all(scenario) &&
                run_seeds(scenario, state, choice->brief ? SEEDS / 10 : SEEDS);
    }
    free(state);
    if (holds && total != 0)
        printf("# %s: %" PRIu64 " schedules, with up to %u preemptions\n", scenario->name, total,
               scenario->preemptions);
    return holds;
}

int scenario_main(int argc, char **argv, const struct scenario *scenarios, unsigned count)
{
    struct choice choice = {.name = ""};

    debug_is_silent = true;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--threads") == 0) {
            choice.threads = true;
            patience = 1000;
        } else if (strcmp(argv[i], "--brief") == 0) {
            choice.brief = true;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            choice.has_seed = true;
            choice.seed = strtoull(argv[++i], NULL, 0);
        } else {
            choice.name = argv[i];
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (strncmp(scenarios[i].name, choice.name, strlen(choice.name)) != 0)
            continue;
        if (CONFIG_RAW && scenarios[i].needs_pagetables)
            tap_skip(scenarios[i].name, "raw address spaces have no page tables");
        else
            tap_check(run(&scenarios[i], &choice), scenarios[i].name);
    }
    return tap_end();
}
