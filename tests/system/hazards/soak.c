/* SPDX-License-Identifier: Unlicense
 *
 * Random calls of all CPUs on the same slots, memory, tables, ports, threads and endpoints, for as
 * long as one likes. A run ends like that of any scenario: all that was made is taken apart. On the
 * way each call may return what abi/calls.toml says of it and nothing else, a port returns what it
 * was given, no signal of the tracked endpoint is lost or comes twice, and what is free in kernel
 * memory is not written (shaken/shake.c poisons it).
 *
 * What a slot is made of is always the same, so that a slot may be taken for what it is, and is it
 * mostly. Not touched are the tracked endpoint, those of the CPUs, and the two top levels.
 */
#include "tree.h"

#include "abi/names.h"
#include "pairs.h"
#include "rme/print.h"
#include "tests/system/tap.h"

enum { CALLS = 2000, STATUSES = 64, POSITIONS = 4, LEAVES = 4, TABLE_ENTRIES = 4 };
enum { TRACKED = ENDPOINT, SPAN = 1024, MANY = 1000000 };

static struct each {
    uint64_t random;
    word_t sent, received; /* of the tracked endpoint */
    word_t thread;         /* what the worker of this CPU is */
    const char *wrong;
    uint32_t counts[RME_CALL_COUNT][STATUSES];
} __attribute__((aligned(64))) each[CPUS];

static bool is_known[RME_CALL_COUNT][STATUSES];

/* ---- Chance ---- */

static word_t below(word_t cpu, word_t bound)
{
    uint64_t *state = &each[cpu].random;

    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (word_t)((*state * 0x2545F4914F6CDD1DULL) >> 33) % bound;
}

#define ONE_OF(cpu, list) ((list)[below((cpu), sizeof(list) / sizeof((list)[0]))])

static const word_t slots[] = {SLOT,      OTHER,  LEAF,   LEAF1,      PROCESS,    PORT,
                               ENDPOINT1, TABLE,  THREAD, THREAD + 1, THREAD + 2, THREAD + 3,
                               DIRECTORY, PARENT, SECOND, CHILD,      OTHER_CHILD};
static const word_t sources[] = {SLOT,   OTHER,      PROCESS,    PORT,      ENDPOINT1,
                                 THREAD, THREAD + 1, THREAD + 2, THREAD + 3};
static const word_t leaves[] = {SLOT, LEAF, LEAF1};
static const word_t ports[] = {PORT, OTHER};
static const word_t children[] = {CHILD, OTHER_CHILD};

static word_t some_thread(word_t cpu)
{
    return THREAD + below(cpu, CPUS);
}

static word_t some_memory(word_t cpu)
{
    return memory_at(below(cpu, PIECES)) + below(cpu, PIECE_BYTES / SPAN) * SPAN;
}

/* A slot, or an entry of the table in TABLE. */
static word_t some_leaf(word_t cpu)
{
    if (below(cpu, 3) == 0)
        return cap_id_in(TABLE, below(cpu, TABLE_ENTRIES)).raw;
    return ONE_OF(cpu, leaves);
}

/* ---- Calls ---- */

static sword_t count(word_t cpu, word_t number, sword_t result)
{
    word_t status = result < 0 ? (word_t)-result : 0;

    if (status >= STATUSES || !is_known[number][status])
        each[cpu].wrong = rme_call_names[number];
    else
        each[cpu].counts[number][status]++;
    return result;
}

#define TRY(cpu, name, ...) count((cpu), RME_SVC_##name, CALL(name, __VA_ARGS__))

static word_t serve_next(word_t param, word_t *message)
{
    (void)message;
    return param + 1;
}

static void fill(word_t cpu)
{
    word_t slot = ONE_OF(cpu, slots), memory = some_memory(cpu),
           piece = memory_at(below(cpu, PIECES));
    word_t entry, top;

    switch (slot) {
    case SLOT:
    case LEAF:
    case LEAF1:
    case ENDPOINT1:
        (void)TRY(cpu, SIG_CRT, BOOT_CAPTABLE, slot);
        return;
    case PROCESS:
        (void)TRY(cpu, PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, TOP, CAP_NULL);
        return;
    case TABLE:
        (void)TRY(cpu, CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, TABLE_ENTRIES);
        return;
    case OTHER:
    case PORT:
        if (TRY(cpu, INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, PROCESS) == STATUS_OK) {
            top = port_words(serve_next, slot == PORT ? 0 : 1, &entry);
            (void)TRY(cpu, INV_SET, slot, entry, top, true);
        }
        return;
    case DIRECTORY:
    case PARENT:
    case SECOND:
    case CHILD:
    case OTHER_CHILD:
        (void)count(cpu, RME_SVC_PGT_CRT, create_table(slot, piece));
        return;
    default:
        (void)TRY(cpu, THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, BOOT_PROCESS, 8,
                  THREAD_FPU);
    }
}

static word_t deletion_of(word_t slot)
{
    switch (slot) {
    case PROCESS:
        return RME_SVC_PRC_DEL;
    case TABLE:
        return RME_SVC_CPT_DEL;
    case OTHER:
    case PORT:
        return RME_SVC_INV_DEL;
    case DIRECTORY:
    case PARENT:
    case SECOND:
    case CHILD:
    case OTHER_CHILD:
        return RME_SVC_PGT_DEL;
    case SLOT:
    case LEAF:
    case LEAF1:
    case ENDPOINT1:
        return RME_SVC_SIG_DEL;
    default:
        return RME_SVC_THD_DEL;
    }
}

static void freeze_one(word_t cpu)
{
    word_t slot = ONE_OF(cpu, slots);

    (void)TRY(cpu, CPT_FRZ, BOOT_CAPTABLE, slot);
    if (below(cpu, 2) == 0)
        (void)TRY(cpu, CPT_FRZ, TABLE, below(cpu, TABLE_ENTRIES));
}

static void delete_one(word_t cpu)
{
    word_t slot = ONE_OF(cpu, slots), number = deletion_of(slot);

    (void)count(cpu, number, call(number, (const word_t[7]){BOOT_CAPTABLE, slot}));
}

static void remove_one(word_t cpu)
{
    word_t slot = ONE_OF(cpu, leaves);

    (void)TRY(cpu, CPT_REM, BOOT_CAPTABLE, slot);
    (void)TRY(cpu, CPT_REM, TABLE, below(cpu, TABLE_ENTRIES));
}

static void delegate_one(word_t cpu)
{
    word_t leaf = some_leaf(cpu), source = ONE_OF(cpu, sources);
    word_t rights = (word_t)1 << below(cpu, 10) | (word_t)1 << below(cpu, 10);

    if (leaf == (leaf & CAP_INDEX_MASK))
        (void)TRY(cpu, CPT_ADD, BOOT_CAPTABLE, leaf, BOOT_CAPTABLE, source, rights);
    else
        (void)TRY(cpu, CPT_ADD, TABLE, leaf & CAP_INDEX_MASK, BOOT_CAPTABLE, source, rights);
}

static void map_one(word_t cpu)
{
    word_t table = ONE_OF(cpu, children), position = below(cpu, POSITIONS);

    if (below(cpu, 2) == 0)
        (void)count(cpu, RME_SVC_PGT_ADD, add_page(table, position, (unsigned)below(cpu, 2)));
    else
        (void)count(cpu, RME_SVC_PGT_REM, remove_page(table, position));
}

/* Those that hazards.c takes apart again. */
static void construct_one(word_t cpu)
{
    static const struct {
        word_t parent, position, child;
    } all[] = {{PARENT, 0, CHILD},     {SECOND, 0, CHILD},  {PARENT, 0, OTHER_CHILD},
               {DIRECTORY, 0, PARENT}, {TOP, 5, DIRECTORY}, {OTHER_TOP, 5, DIRECTORY}};
    word_t i = below(cpu, sizeof(all) / sizeof(all[0]));

    if (below(cpu, 2) == 0)
        (void)TRY(cpu, PGT_CON, all[i].parent, all[i].position, all[i].child, 0);
    else
        (void)TRY(cpu, PGT_DES, all[i].parent, all[i].position, all[i].child);
}

static void change_process(word_t cpu)
{
    if (below(cpu, 2) == 0)
        (void)TRY(cpu, PRC_PGT, PROCESS, below(cpu, 2) == 0 ? TOP : OTHER_TOP);
    else
        (void)TRY(cpu, PRC_CPT, PROCESS, below(cpu, 2) == 0 ? BOOT_CAPTABLE : TABLE);
}

static void invoke_one(word_t cpu)
{
    word_t port = below(cpu, 4) == 0 ? some_leaf(cpu) : ONE_OF(cpu, ports);
    word_t param = below(cpu, MANY), value = 0;
    sword_t status = count(cpu, RME_SVC_INV_ACT, invoke(port, param, &value));

    if (status == STATUS_OK && value != param + 1)
        each[cpu].wrong = "a port has returned what it was not given";
    if (status == STATUS_OK)
        (void)count(cpu, RME_SVC_INV_RET, STATUS_OK);
}

static void send_one(word_t cpu)
{
    word_t number = 1 + below(cpu, 3);

    if (below(cpu, 3) == 0)
        (void)TRY(cpu, SIG_SND, some_leaf(cpu), number);
    else if (TRY(cpu, SIG_SND, TRACKED, number) == STATUS_OK)
        each[cpu].sent += number;
}

static void receive_one(word_t cpu)
{
    word_t mode = below(cpu, 2) == 0 ? SIGNAL_POLL_ALL : SIGNAL_POLL_SINGLE;
    sword_t result;

    if (below(cpu, 3) == 0) {
        (void)TRY(cpu, SIG_RCV, some_leaf(cpu), mode);
        return;
    }
    result = TRY(cpu, SIG_RCV, TRACKED, mode);
    if (result > 0)
        each[cpu].received += (word_t)result;
}

static void fire_one(word_t cpu)
{
    (void)TRY(cpu, KFN, BOOT_KFUNC, RME_KFN_INT_BIND, LINE,
              below(cpu, 2) == 0 ? CAP_NULL : (word_t)ENDPOINT1, 1);
    (void)TRY(cpu, KFN, BOOT_KFUNC, RME_KFN_INT_LOCAL_TRIG,
              below(cpu, running) << CAP_PAIR_SHIFT | LINE);
    (void)TRY(cpu, KFN, BOOT_KFUNC, RME_KFN_INT_LOCAL_MOD, LINE, 1, 1);
}

static void tick_one(word_t cpu)
{
    (void)TRY(cpu, KFN, BOOT_KFUNC, RME_KFN_CPU_TICK, below(cpu, running));
    if (below(cpu, 4) == 0)
        (void)TRY(cpu, KFN, BOOT_KFUNC, RME_KFN_FLUSH, 0, 0);
}

static void yield(word_t cpu)
{
    (void)TRY(cpu, THD_SWT, CAP_NULL, 0);
}

/* ---- Threads ---- */

/* A thread leaves its CPU, frozen or not: that it is bound thaws it when it is to be deleted. */
static void leave(word_t cpu, word_t thread)
{
    while (TRY(cpu, THD_SCHED_FREE, thread) == STATUS_FROZEN)
        (void)TRY(cpu, THD_DEL, BOOT_CAPTABLE, thread);
}

/* Waits for a signal of this CPU, then goes. */
static void wait_once(word_t cpu)
{
    (void)TRY(cpu, SIG_RCV, EACH + cpu, SIGNAL_RECEIVE_ALL);
    for (;;)
        leave(cpu, each[cpu].thread);
}

/* It comes from anywhere, runs here, waits, is woken and goes. */
static void migrate_one(word_t cpu)
{
    word_t thread = some_thread(cpu), init = cap_id_in(BOOT_THREAD, cpu).raw;

    if (TRY(cpu, THD_SCHED_BIND, thread, init, CAP_NULL, 1, 1, CAP_NULL, 0) != STATUS_OK)
        return;
    each[cpu].thread = thread;
    if (TRY(cpu, THD_EXEC_SET, thread, (word_t)wait_once, worker_top(cpu), cpu) == STATUS_OK &&
        TRY(cpu, THD_TIME_XFER, thread, init, BUDGET_INFINITE) >= 0)
        (void)TRY(cpu, SIG_SND, EACH + cpu, 1);
    else
        leave(cpu, thread);
}

/* Of a thread that is not here, as most are. */
static void disturb_thread(word_t cpu)
{
    word_t thread = some_thread(cpu);

    if (below(cpu, 2) == 0)
        (void)TRY(cpu, THD_SCHED_PRIO, 1, thread, CAP_NULL, CAP_NULL, CAP_NULL, 1);
    else
        (void)TRY(cpu, THD_SCHED_FREE, thread);
}

/* ---- A run ---- */

typedef void act_t(word_t cpu);

static act_t *const acts[] = {
    fill,       fill,         fill,     freeze_one,  delete_one,    delete_one,
    remove_one, delegate_one, map_one,  map_one,     construct_one, change_process,
    invoke_one, invoke_one,   send_one, send_one,    receive_one,   receive_one,
    fire_one,   tick_one,     yield,    migrate_one, migrate_one,   disturb_thread,
};

static void prepare(void)
{
    for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        is_known[pairs[i].is_function ? RME_SVC_KFN : pairs[i].number][-pairs[i].status] = true;
    make_tree(serve_next);
    make_endpoint(TRACKED);
    for (word_t cpu = 0; cpu < CPUS; cpu++) {
        make_endpoint(EACH + cpu);
        each[cpu].random = run_seed * 8 + cpu + 1;
        each[cpu].sent = 0;
        each[cpu].received = 0;
        each[cpu].wrong = NULL;
    }
}

static void act(word_t cpu)
{
    begin(cpu);
    for (unsigned i = 0; i < CALLS && each[cpu].wrong == NULL; i++)
        ONE_OF(cpu, acts)(cpu);
}

static const char *judge(void)
{
    word_t sent = 0, received = 0;
    sword_t left = CALL(SIG_RCV, TRACKED, SIGNAL_POLL_ALL);

    for (word_t cpu = 0; cpu < CPUS; cpu++) {
        if (each[cpu].wrong != NULL)
            return each[cpu].wrong;
        sent += each[cpu].sent;
        received += each[cpu].received;
    }
    if (left < 0 || sent != received + (word_t)left)
        return "signals are lost or made up";
    return memory_was_written() ? "free kernel memory was written" : NULL;
}

const struct scenario soak_row = SCENARIO("soak", 0, prepare, judge, act, act, act, act);

word_t soak_calls(void)
{
    word_t sum = 0;

    for (word_t cpu = 0; cpu < CPUS; cpu++)
        for (word_t number = 0; number < RME_CALL_COUNT; number++)
            for (word_t status = 0; status < STATUSES; status++)
                sum += each[cpu].counts[number][status];
    return sum;
}

void soak_tell(void)
{
    for (word_t number = 0; number < RME_CALL_COUNT; number++) {
        rme_print("# %s", rme_call_names[number]);
        for (word_t status = 0; status < STATUSES; status++) {
            word_t sum = 0;

            for (word_t cpu = 0; cpu < CPUS; cpu++)
                sum += each[cpu].counts[number][status];
            if (sum != 0)
                rme_print(" %s %lu", status < STATUS_COUNT ? rme_status_names[status] : "?",
                          (unsigned long)sum);
        }
        rme_print("\n");
    }
}
