/* SPDX-License-Identifier: Unlicense
 *
 * Random calls on two or three CPUs at once. In each round every CPU makes some calls, as
 * coroutines that switch as the seed says (or as threads, for ThreadSanitizer); then all come to
 * rest, and the invariants hold, no MPU lets through more than its table, and of the tracked
 * endpoint
 *
 *      sent = received + pending
 *
 *   random_cpus [--threads] [--seeds N] [--seed S]     --seed: this one alone, told call by call
 */
#include "arch/host/weak.h"
#include "kernel/debug.h"
#include "kernel/flush.h"
#include "kernel/pagetable.h"
#include "kernel/thread.h"
#include "kernel/wake.h"
#include "tests/concurrency/scenario.h"
#include "tests/concurrency/tree.h"
#include "tests/host/invariants.h"
#include "tests/unit/tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40, CALLS = 6, PIECES = 24, PIECE_BYTES = 2048, LINES = 4, RAM = 0x100000 };

/* The tracked endpoint: sent to and received from by this id alone, never an event's or a line's.
 */
enum { TRACKED = BOOT_SLOTS, FIRST, LAST = 40 };

static uint64_t seeds[HOST_CPUS]; /* random numbers of each CPU */
static word_t sent[HOST_CPUS], received[HOST_CPUS];
static bool is_told;

static struct {
    uint64_t seed;
    unsigned round;
} now;

static void where(const char *what)
{
    printf("# seed %" PRIu64 ", round %u: %s\n", now.seed, now.round, what);
    fflush(stdout);
}

/* ---- Chance ---- */

static word_t below(const struct cpu *cpu, word_t bound)
{
    uint64_t *state = &seeds[cpu->id];

    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (word_t)((*state * 0x2545F4914F6CDD1DULL) >> 33) % bound;
}

/* The header without the hooks of the run: looking is not part of the kernel's work. */
static word_t glance(word_t slot)
{
    return atomic_load_explicit(&slot_at(slot)->header.raw, memory_order_relaxed);
}

/* A slot of this type and state, if there is one; else any. */
static word_t pick(const struct cpu *cpu, enum cap_type type, enum cap_state state)
{
    word_t start = below(cpu, LAST - FIRST);

    for (word_t i = 0; i < LAST - FIRST; i++) {
        word_t slot = FIRST + (start + i) % (LAST - FIRST);
        word_t header = glance(slot);

        if (cap_state(header) == state && (type == CAP_NONE || cap_type(header) == type))
            return slot;
    }
    return FIRST + start;
}

static word_t valid(const struct cpu *cpu, enum cap_type type)
{
    return pick(cpu, type, CAP_VALID);
}

static word_t empty(const struct cpu *cpu)
{
    return pick(cpu, CAP_NONE, CAP_EMPTY);
}

static word_t memory(const struct cpu *cpu)
{
    return memory_at(0) + below(cpu, PIECES) * PIECE_BYTES;
}

static word_t space(const struct cpu *cpu)
{
    if (CONFIG_RAW)
        return 0x100 + below(cpu, 4); /* a word is as good as another */
    return below(cpu, 2) == 0 ? BOOT_PAGETABLE : valid(cpu, CAP_PAGETABLE);
}

/* ---- The tracked endpoint ---- */

/* Threads that wait there, by CPU. */
enum { WAITERS = 8 };
static struct thread *waiters[HOST_CPUS][WAITERS];

static void account(const struct cpu *cpu, sword_t result)
{
    if (result > 0)
        received[cpu->id] += (word_t)result & ~SIGNAL_DROPPED;
}

/* Behind each call: who waited, and does not any more, has its result, if it is still here. */
static void look(const struct cpu *cpu)
{
    for (unsigned i = 0; i < WAITERS; i++) {
        struct thread *thread = waiters[cpu->id][i];

        if (thread == NULL)
            continue;
        if (!thread_is_on(thread, cpu)) {
            waiters[cpu->id][i] = NULL;
        } else if (thread->state != THREAD_BLOCKED) {
            waiters[cpu->id][i] = NULL;
            account(cpu, (sword_t)thread->context.result);
        }
    }
}

static void remember(const struct cpu *cpu, struct thread *thread)
{
    for (unsigned i = 0; i < WAITERS; i++)
        if (waiters[cpu->id][i] == NULL) {
            waiters[cpu->id][i] = thread;
            return;
        }
    abort(); /* only one can wait at one endpoint */
}

static void receive_tracked(struct cpu *cpu)
{
    struct thread *self = cpu->current;
    sword_t result = CALL(cpu, SIG_RCV, TRACKED, below(cpu, SIGNAL_MODES));

    if (self->state == THREAD_BLOCKED && self->waiting == slot_at(TRACKED))
        remember(cpu, self);
    else if (thread_is_on(self, cpu))
        account(cpu, result);
}

static void send_tracked(struct cpu *cpu)
{
    word_t count = below(cpu, 4);

    /* The result is the sender's, who may have lost the CPU to the receiver meanwhile. */
    struct thread *self = cpu->current;
    sword_t result = CALL(cpu, SIG_SND, TRACKED, count);

    if (self->state != THREAD_BLOCKED && result == STATUS_OK)
        sent[cpu->id] += count;
}

/* ---- Calls ---- */

static void random_table(struct cpu *cpu)
{
    (void)make_any(cpu, empty(cpu), memory(cpu), below(cpu, 16));
}

static void random_create(struct cpu *cpu)
{
    switch (below(cpu, 6)) {
    case 0:
        (void)CALL(cpu, CPT_CRT, BOOT_CAPTABLE, empty(cpu), BOOT_KMEM, memory(cpu),
                   1 + below(cpu, 8));
        break;
    case 1:
        random_table(cpu);
        break;
    case 2:
        (void)CALL(cpu, PRC_CRT, BOOT_CAPTABLE, empty(cpu), BOOT_CAPTABLE, space(cpu), BOOT_KFUNC);
        break;
    case 3:
        (void)CALL(cpu, THD_CRT, BOOT_CAPTABLE, empty(cpu), BOOT_KMEM, memory(cpu),
                   below(cpu, 2) == 0 ? BOOT_PROCESS : valid(cpu, CAP_PROCESS), below(cpu, 6),
                   below(cpu, 2));
        break;
    case 4:
        (void)CALL(cpu, SIG_CRT, BOOT_CAPTABLE, empty(cpu));
        break;
    default:
        (void)CALL(cpu, INV_CRT, BOOT_CAPTABLE, empty(cpu), BOOT_KMEM, memory(cpu),
                   valid(cpu, CAP_PROCESS));
        break;
    }
}

static void random_end(struct cpu *cpu)
{
    static const struct {
        word_t number;
        enum cap_type type;
    } ends[] = {
        {RME_SVC_CPT_DEL, CAP_CAPTABLE}, {RME_SVC_PGT_DEL, CAP_PAGETABLE},
        {RME_SVC_PRC_DEL, CAP_PROCESS},  {RME_SVC_THD_DEL, CAP_THREAD},
        {RME_SVC_SIG_DEL, CAP_SIGNAL},   {RME_SVC_INV_DEL, CAP_INVOCATION},
    };
    word_t which = below(cpu, 12);

    if (which < 6)
        (void)HOST_CALL(cpu, ends[which].number, BOOT_CAPTABLE,
                        pick(cpu, ends[which].type, CAP_FROZEN));
    else if (which < 9)
        (void)CALL(cpu, CPT_REM, BOOT_CAPTABLE, pick(cpu, CAP_NONE, CAP_FROZEN));
    else
        (void)CALL(cpu, CPT_FRZ, BOOT_CAPTABLE, valid(cpu, CAP_NONE));
}

static void random_delegate(struct cpu *cpu)
{
    word_t low = below(cpu, 4) * 32;

    (void)CALL(cpu, CPT_ADD, BOOT_CAPTABLE, empty(cpu), BOOT_CAPTABLE, valid(cpu, CAP_NONE),
               below(cpu, 2) == 0 ? 1 : (word_t)1 << below(cpu, 10), low, low + below(cpu, 8) * 32);
}

static void random_thread(struct cpu *cpu)
{
    word_t thread = valid(cpu, CAP_THREAD), init = host_init_slot(cpu->id);

    switch (below(cpu, 7)) {
    case 0:
    case 1:
        (void)CALL(cpu, THD_SCHED_BIND, thread, below(cpu, 4) == 0 ? valid(cpu, CAP_THREAD) : init,
                   below(cpu, 2) == 0 ? CAP_NULL : valid(cpu, CAP_SIGNAL), thread, below(cpu, 6),
                   CAP_NULL, 0);
        break;
    case 2:
        (void)CALL(cpu, THD_SCHED_FREE, thread);
        break;
    case 3:
        (void)CALL(cpu, THD_EXEC_SET, thread, below(cpu, 2) * 0x4000, 0x4000, 1);
        break;
    case 4:
        (void)CALL(cpu, THD_TIME_XFER, thread, init,
                   below(cpu, 3) == 0 ? BUDGET_INFINITE : below(cpu, 20000));
        break;
    case 5:
        (void)CALL(cpu, THD_SCHED_PRIO, 1, thread, 0, 0, 0, below(cpu, 6));
        break;
    default:
        (void)CALL(cpu, THD_SWT, below(cpu, 2) == 0 ? CAP_NULL : thread, below(cpu, 4) == 0);
        break;
    }
}

static void random_signal(struct cpu *cpu)
{
    switch (below(cpu, 6)) {
    case 0:
    case 1:
        send_tracked(cpu);
        break;
    case 2:
    case 3:
        receive_tracked(cpu);
        break;
    case 4:
        (void)CALL(cpu, SIG_SND, valid(cpu, CAP_SIGNAL), below(cpu, 3));
        break;
    default:
        (void)CALL(cpu, SIG_RCV, valid(cpu, CAP_SIGNAL), below(cpu, SIGNAL_MODES));
        break;
    }
}

static void random_process(struct cpu *cpu)
{
    switch (below(cpu, 6)) {
    case 0:
        (void)CALL(cpu, PRC_CPT, valid(cpu, CAP_PROCESS), BOOT_CAPTABLE);
        break;
    case 1:
        (void)CALL(cpu, PRC_PGT, valid(cpu, CAP_PROCESS), space(cpu), BOOT_KFUNC);
        break;
    case 2:
        (void)CALL(cpu, INV_SET, valid(cpu, CAP_INVOCATION), 0x3000, 0x3000, below(cpu, 2));
        break;
    case 3:
        (void)CALL(cpu, INV_RET, 5);
        break;
    default:
        (void)CALL(cpu, INV_ACT, valid(cpu, CAP_INVOCATION), 6);
        break;
    }
}

static void random_pages(struct cpu *cpu)
{
    word_t table = valid(cpu, CAP_PAGETABLE), position = below(cpu, 8);

    switch (below(cpu, 4)) {
    case 0:
        (void)CALL(cpu, PGT_CON, table, position, valid(cpu, CAP_PAGETABLE), 0);
        break;
    case 1:
        (void)CALL(cpu, PGT_DES, table, position, valid(cpu, CAP_PAGETABLE));
        break;
    case 2:
        (void)CALL(cpu, PGT_REM, table, position);
        break;
    default:
        (void)add_page(cpu, table, (unsigned)below(cpu, 4), position);
        break;
    }
}

static void random_function(struct cpu *cpu)
{
    word_t line = below(cpu, LINES);

    switch (below(cpu, 7)) {
    case 0:
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_FLUSH, 0, below(cpu, 8));
        break;
    case 1:
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_CPU_TICK, below(cpu, 4));
        break;
    case 2:
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_IDLE_SLEEP, 0);
        break;
    case 3:
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_INT_BIND, line,
                   below(cpu, 2) == 0 ? CAP_NULL : valid(cpu, CAP_SIGNAL), below(cpu, 2));
        break;
    case 4:
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_INT_LOCAL_MOD, line, 1, 1);
        break;
    case 5:
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_INT_LOCAL_TRIG, below(cpu, 3) << HALF_BITS | line);
        break;
    default:
        (void)CALL(cpu, KFN, BOOT_KFUNC, RME_KFN_TIMER_SET, 0, host_timer_slot(cpu->id),
                   below(cpu, 20000));
        break;
    }
}

static void random_event(struct cpu *cpu)
{
    switch (below(cpu, 4)) {
    case 0:
        host_interrupt(cpu, below(cpu, LINES));
        break;
    case 1:
        if (cpu->current->budget != BUDGET_INIT)
            host_fault(cpu, (struct fault){.cause = 1,
                                           .address = RAM + below(cpu, 32) * 0x1000,
                                           .access = PAGE_READ});
        break;
    default:
        host_advance(cpu, below(cpu, 2) == 0 ? ARCH_TIMER_TICK : below(cpu, 3000));
        break;
    }
}

static void step(struct cpu *cpu)
{
    static void (*const kinds[])(struct cpu *) = {
        random_create,   random_end,    random_end,    random_delegate, random_thread,
        random_thread,   random_signal, random_signal, random_process,  random_pages,
        random_function, random_event,  random_event,
    };
    const struct thread *caller = cpu->current;

    kinds[below(cpu, sizeof(kinds) / sizeof(kinds[0]))](cpu);
    look(cpu);
    if (is_told)
        printf("# CPU %u, thread %zu: call %zu (%zx %zx %zx %zx): %zd\n", cpu->id,
               (size_t)caller->tid, (size_t)caller->context.block[0],
               (size_t)caller->context.block[1], (size_t)caller->context.block[2],
               (size_t)caller->context.block[3], (size_t)caller->context.block[4],
               (ssize_t)caller->context.result);
}

static void script(struct cpu *cpu)
{
    for (unsigned i = 0; i < CALLS; i++)
        step(cpu);
}

/* ---- Rounds ---- */

static void begin(uint64_t seed, unsigned cpus)
{
    host_epoch_start = seed % 4 == 0 ? -(word_t)(seed % 32) : 0;
    host_flush_start = seed % 4 == 1 ? ((word_t)1 << (WORD_BITS - 1)) - seed % 32 : 0;
    host_boot(cpus);
    memset(waiters, 0, sizeof(waiters));
    for (unsigned i = 0; i < HOST_CPUS; i++) {
        seeds[i] = (seed * 8 + i + 1) * 0x9E3779B97F4A7C15ULL;
        sent[i] = 0;
        received[i] = 0;
    }
    make_endpoint(TRACKED);
}

static const char *check(void)
{
    word_t balance = 0;
    const char *broken;

    (void)flush_begin(arch_cpu(0));
    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        tick(arch_cpu(i));
        look(arch_cpu(i));
    }
    broken = invariants_broken();
    for (unsigned i = 0; i < arch_cpu_count(); i++) {
        balance += sent[i] - received[i];
        if (broken == NULL)
            broken = invariants_hardware_broken(arch_cpu(i));
    }
    if (broken == NULL && balance != shared_load(&slot_at(TRACKED)->signal.count))
        broken = "signals are lost or made up";
    return broken;
}

static const char *run_round(uint64_t seed, bool threads)
{
    host_script_t *const scripts[HOST_CPUS] = {script, script, script};
    struct host_random random;
    enum host_end end;
    const char *race = NULL;

    if (threads) {
        end = host_run_threads(seed, scripts);
    } else {
        host_random_begin(&random, seed);
        host_is_hot = seed % 2 == 0;
        host_cas_seed = random.state | 1;
        host_cas_chance = seed % 5 == 0 ? 16 : 0;
        weak_begin();
        weak_loosen(seed);
        end = host_run(&random.chooser, scripts);
        race = weak_end();
        host_cas_chance = 0;
    }
    if (race != NULL)
        return race;
    if (end != HOST_DONE)
        return end == HOST_STOPPED ? "the kernel panicked" : "a call does not end";
    return check();
}

static bool run(uint64_t seed, bool threads)
{
    now.seed = seed;
    begin(seed, 2 + (unsigned)(seed % 2));
    for (now.round = 0; now.round < ROUNDS; now.round++) {
        const char *broken = run_round(seed * ROUNDS + now.round, threads);

        if (broken != NULL) {
            where(broken);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    uint64_t first = 1, count = 100;
    bool threads = false, holds = true;

    debug_is_silent = true;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--threads") == 0)
            threads = true;
        if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc)
            count = strtoull(argv[i + 1], NULL, 0);
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            first = strtoull(argv[i + 1], NULL, 0);
            count = 1;
            is_told = true;
        }
    }
    for (uint64_t seed = first; seed < first + count && holds; seed++)
        holds = run(seed, threads);
    printf("# %" PRIu64 " seeds, %" PRIu64 " calls\n", count,
           count * ROUNDS * CALLS * 5 / 2); /* on two and three CPUs in turn */
    tap_check(holds, "random calls on two and three CPUs keep the invariants and all signals");
    return tap_end();
}
