/* SPDX-License-Identifier: Unlicense */
#include "tests/unit/support/world.h"

#include "arch/irq.h"
#include "arch/machine.h"
#include "arch/space.h"
#include "kernel/interrupt.h"
#include "kernel/time.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    FIRST_SLOT = BOOT_SLOTS,
    END_SLOT = 56, /* from here on the init threads of other CPUs */
    FIRST_MEMORY = 0xC000,
};

const word_t world_raw_word = 0x5A50;

static word_t next_slot, next_memory;
static size_t ignored[8]; /* offsets of words of kernel memory */
static unsigned ignored_count;

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    printf("not ok - the world cannot be made: %s\n", what);
    fflush(stdout);
    abort();
}

void world_boot(unsigned cpus)
{
    host_boot(cpus);
    next_slot = FIRST_SLOT;
    next_memory = FIRST_MEMORY;
    ignored_count = 0;
}

struct cpu *world_cpu(void)
{
    return arch_cpu(0);
}

struct capability *world_cap(word_t id)
{
    struct capability *slots = (struct capability *)(void *)host_kmem;

    if (!cap_is_two_level(id))
        return slots + id;
    return (struct capability *)slots[id >> CAP_TABLE_SHIFT].object + (id & CAP_INDEX_MASK);
}

word_t world_slot(void)
{
    must(next_slot < END_SLOT, "no slot is left");
    return next_slot++;
}

word_t world_memory(word_t bytes)
{
    word_t offset = next_memory;

    next_memory += (bytes + KMEM_GRANULE - 1) & ~(word_t)(KMEM_GRANULE - 1);
    must(next_memory <= HOST_KMEM_BYTES, "no memory is left");
    return offset;
}

/* ---- Objects ---- */

word_t world_signal(void)
{
    word_t slot = world_slot();

    must(CALL(SIG_CRT, BOOT_CAPTABLE, slot) == STATUS_OK, "signal endpoint");
    return slot;
}

word_t world_captable(word_t entries)
{
    word_t slot = world_slot(), memory = world_memory(entries * CAP_SLOT_BYTES);

    must(CALL(CPT_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, entries) == STATUS_OK,
         "capability table");
    return slot;
}

word_t world_process(void)
{
    word_t slot = world_slot(), table = CONFIG_RAW ? world_raw_word : (word_t)BOOT_PAGETABLE;

    must(CALL(PRC_CRT, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, table, BOOT_KFUNC) == STATUS_OK,
         "process");
    return slot;
}

word_t world_port(word_t process)
{
    word_t slot = world_slot(), memory = world_memory(sizeof(struct port));

    must(CALL(INV_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, process) == STATUS_OK, "port");
    return slot;
}

word_t world_thread(word_t process, word_t priority_max, word_t attributes)
{
    word_t slot = world_slot();
    word_t memory = world_memory(sizeof(struct thread) + sizeof(struct arch_fpu));

    must(CALL(THD_CRT, BOOT_CAPTABLE, slot, BOOT_KMEM, memory, process, priority_max, attributes) ==
             STATUS_OK,
         "thread");
    return slot;
}

word_t world_leaf(word_t source, word_t rights)
{
    word_t slot = world_slot(), high = 0;

    if (cap_type(shared_load(&world_cap(source)->header)) == CAP_PAGETABLE)
        high = WORD_BITS == 32 ? 0xFFF : 0xFFFFFFF;
    must(CALL(CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, source, rights, 0, high) == STATUS_OK,
         "leaf");
    return slot;
}

word_t world_memory_leaf(word_t rights, word_t low, word_t high)
{
    word_t slot = world_slot();

    must(CALL(CPT_ADD, BOOT_CAPTABLE, slot, BOOT_CAPTABLE, BOOT_KMEM, rights, low, high) ==
             STATUS_OK,
         "leaf of kernel memory");
    return slot;
}

struct thread *world_thread_of(word_t slot)
{
    return world_cap(slot)->object;
}

struct port *world_port_of(word_t slot)
{
    return world_cap(slot)->object;
}

word_t world_count_of(word_t endpoint)
{
    return shared_load(&((struct capability *)world_cap(endpoint)->object)->signal.count);
}

void world_bind(word_t thread, word_t endpoint, word_t tid, word_t priority)
{
    must(CALL(THD_SCHED_BIND, thread, host_init_slot(0), endpoint, tid, priority, CAP_NULL, 0) ==
             STATUS_OK,
         "bind");
}

void world_give(word_t thread, word_t budget)
{
    must(CALL(THD_TIME_XFER, thread, host_init_slot(0), budget) >= 0, "time");
}

word_t world_ready_thread(word_t tid, word_t priority, word_t budget)
{
    word_t thread = world_thread(BOOT_PROCESS, CONFIG_PRIORITIES - 1, 0);

    world_bind(thread, CAP_NULL, tid, priority);
    world_give(thread, budget);
    return thread;
}

void world_tick(void)
{
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        time_tick(arch_cpu(i));
}

void world_age(void)
{
    word_t stamp = quiesce_stamp();

    for (unsigned i = 0; i < 20 && !quiesce_passed(stamp); i++)
        world_tick();
}

sword_t world_patient(word_t number, const word_t words[7])
{
    sword_t result = STATUS_NOT_QUIESCENT;

    for (unsigned i = 0; i < 10 && result == STATUS_NOT_QUIESCENT; i++) {
        result = host_call(world_cpu(), number, words);
        world_tick();
    }
    return result;
}

/* ---- Refusals ---- */

struct snapshot {
    unsigned char kmem[HOST_KMEM_BYTES];
    word_t bitmap[HOST_KMEM_BYTES / KMEM_GRANULE / WORD_BITS];
    word_t bindings[HOST_LINES];
    bool enabled[HOST_LINES];
    unsigned char cpus[HOST_CPUS][offsetof(struct cpu, arch)];
};

/* Also of memory that no object has, which a checker of addresses may have closed. */
__attribute__((no_sanitize("address"))) static void copy(unsigned char *to, const void *from,
                                                         size_t bytes)
{
    const volatile unsigned char *source = from;

    while (bytes-- > 0)
        *to++ = *source++;
}

void world_ignore(const void *word)
{
    must(ignored_count < sizeof(ignored) / sizeof(ignored[0]), "too much is ignored");
    ignored[ignored_count++] = (size_t)((const unsigned char *)word - host_kmem);
}

/* But for the registers of the caller, which hold its words and its result, and the words of empty
 * slots: a claim that was abandoned leaves its own. */
static void take_snapshot(struct snapshot *now, const struct thread *caller)
{
    size_t offset = (size_t)((const unsigned char *)&caller->context - host_kmem);

    memset(now, 0, sizeof(*now));
    copy(now->kmem, host_kmem, sizeof(now->kmem));
    if (offset < sizeof(now->kmem))
        memset(now->kmem + offset, 0, sizeof(caller->context));
    for (unsigned i = 0; i < ignored_count; i++)
        memset(now->kmem + ignored[i], 0, sizeof(word_t));
    for (word_t i = 0; i < CONFIG_BOOT_ENTRIES; i++)
        if (cap_state(shared_load(&world_cap(i)->header)) == CAP_EMPTY)
            memset(now->kmem + i * CAP_SLOT_BYTES, 0, CAP_SLOT_BYTES);
    for (unsigned i = 0; i < sizeof(now->bitmap) / sizeof(word_t); i++)
        now->bitmap[i] = shared_load(&arch_kmem_bitmap()[i]);
    for (unsigned i = 0; i < HOST_LINES; i++) {
        now->bindings[i] = shared_load(&arch_irq_table()[i].endpoint);
        now->enabled[i] = arch_irq_is_enabled(i);
    }
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        memcpy(now->cpus[i], arch_cpu(i), sizeof(now->cpus[i]));
}

/* The hot way and the whole way; what each answered, and whether all is as before. */
static bool changes_nothing(word_t number, const word_t words[7], sword_t *hot, sword_t *whole)
{
    static struct snapshot before, after;
    const struct thread *caller = world_cpu()->current;

    take_snapshot(&before, caller);
    host_is_hot = true;
    *hot = host_call(world_cpu(), number, words);
    host_is_hot = false;
    *whole = host_call(world_cpu(), number, words);
    host_is_hot = true;
    take_snapshot(&after, caller);
    return memcmp(&before, &after, sizeof(before)) == 0;
}

bool world_is_refused(enum status status, word_t number, const word_t words[7])
{
    sword_t hot, whole;
    bool is_same = changes_nothing(number, words, &hot, &whole);

    return is_same && hot == (sword_t)status && whole == (sword_t)status;
}

void world_refused(enum status status, const char *name, word_t number, const word_t words[7],
                   int line)
{
    sword_t hot, whole;
    bool is_same = changes_nothing(number, words, &hot, &whole);

    if (!tap_check(hot == (sword_t)status && whole == (sword_t)status, name))
        printf("# line %d: status %d expected, %ld hot and %ld whole\n", line, status, (long)hot,
               (long)whole);
    if (!is_same)
        tap_report(false, name, "a refused call changes nothing", __FILE__, line);
}

/* ---- Meddling ---- */

static unsigned points_left;
static void (*meddler)(void);

static void at_atomic(void)
{
    void (*now)(void) = meddler;

    if (now == NULL || --points_left != 0)
        return;
    meddler = NULL; /* what it does itself is not met */
    now();
}

void world_meddle(unsigned n, void (*meddle)(void))
{
    points_left = n;
    meddler = meddle;
    host_on_atomic = at_atomic;
}

bool world_meddled(void)
{
    bool has_happened = meddler == NULL;

    meddler = NULL;
    host_on_atomic = NULL;
    return has_happened;
}

/* What is wrong behind one call of a sweep, or NULL. */
static const char *wrong(const struct world_sweep *sweep, sword_t result)
{
    if (result < 0 && result != STATUS_CONFLICT && result != (sword_t)sweep->other)
        return "another status";
    if (sweep->check != NULL && !sweep->check(result))
        return "the state is not what the result says";
    return invariants_broken();
}

void world_sweep(const struct world_sweep *sweep)
{
    unsigned conflicts = 0;
    const char *broken = NULL;
    bool goes_on = true;

    for (unsigned n = 1; goes_on && broken == NULL && n < 1000; n++) {
        sword_t result;

        sweep->prepare();
        world_meddle(n, sweep->meddle);
        result = sweep->call();
        goes_on = world_meddled();
        conflicts += result == STATUS_CONFLICT;
        broken = wrong(sweep, result);
        if (broken != NULL)
            printf("# met at operation %u, status %ld: %s\n", n, (long)result, broken);
    }
    tap_check(broken == NULL && (conflicts != 0) != sweep->passes, sweep->name);
}

/* ---- Ends ---- */

enum { EXIT_RESET = 0, EXIT_STOPPED = 7, EXIT_RETURNED = 8 };

static void leave_child(int number)
{
    (void)number;
    exit(EXIT_STOPPED); /* and not at once, so that what instruments the program can report */
}

/* How a process ends that calls `run`. */
static int status_of(void (*run)(void))
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)freopen("/dev/null", "w", stdout);
        (void)signal(SIGABRT, leave_child);
        run();
        exit(EXIT_RETURNED);
    }
    (void)waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void world_stops(const char *name, void (*run)(void))
{
    int expected = CONFIG_PANIC_REBOOT ? EXIT_RESET : EXIT_STOPPED;

    tap_check(status_of(run) == expected, name);
}

void world_returns(const char *name, void (*run)(void))
{
    tap_check(status_of(run) == EXIT_RETURNED, name);
}

void world_ends(const char *name, void (*run)(void))
{
    tap_check(status_of(run) == EXIT_RESET, name);
}

void world_check(const char *name)
{
    const char *broken = invariants_broken();

    if (!tap_check(broken == NULL, name))
        printf("# %s\n", broken);
}
