/* SPDX-License-Identifier: Unlicense
 *
 * A scheduler at user level on all CPUs: each has a deque of tasks, takes its own from one end, and
 * steals others' from the other when it has none. Who finds nothing says so and waits; who makes
 * work wakes one that waits. The task is to count the ways in which queens do not threaten each
 * other; that none is lost or done twice shows in the numbers. Then a thread goes from CPU to CPU.
 */
#include "deque.h"
#include "station.h"

#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"
#include "rme/print.h"
#include "rme/process.h"
#include "rme/stack.h"

enum { QUEENS = 10, SPLIT_ROWS = 4 };
#define BOARD (((word_t)1 << QUEENS) - 1)

static struct worker {
    struct deque deque;
    _Alignas(64) word_t tasks, stolen, waits, solutions; /* its own */
    uint64_t random;
} workers[STATIONS_MAX];

static word_t cpus;
static _Alignas(64) _Atomic(word_t) waiting;    /* a bit for each CPU that finds nothing */
static _Alignas(64) _Atomic(word_t) unfinished; /* tasks that are not done yet */
static _Atomic(bool) is_solved, is_over;

/* What was done before it is set is there for who sees it. */
static void set(_Atomic(bool) *flag)
{
    atomic_store_explicit(flag, true, memory_order_release);
}

static bool is_set(const _Atomic(bool) *flag)
{
    return atomic_load_explicit(flag, memory_order_acquire);
}

/* ---- Tasks ---- */

static word_t count_rest(const struct task *task)
{
    word_t free = BOARD & ~(task->columns | task->left | task->right), solutions = 0;

    if (task->row == QUEENS)
        return 1;
    while (free != 0) {
        word_t queen = free & -free;
        struct task next = {task->row + 1, task->columns | queen, (task->left | queen) << 1,
                            (task->right | queen) >> 1};

        free ^= queen;
        solutions += count_rest(&next);
    }
    return solutions;
}

static void wake_one(void)
{
    word_t asleep = atomic_load_explicit(&waiting, memory_order_seq_cst), one = asleep & -asleep;

    /* Whoever takes the bit out wakes. */
    if (asleep != 0 && (atomic_fetch_and_explicit(&waiting, ~one, memory_order_seq_cst) & one) != 0)
        station_wake((word_t)__builtin_ctzl(one));
}

static void do_task(word_t cpu, const struct task *task);

static void spawn(word_t cpu, const struct task *task)
{
    (void)atomic_fetch_add_explicit(&unfinished, 1, memory_order_relaxed);
    if (!deque_push(&workers[cpu].deque, task)) {
        do_task(cpu, task); /* there is enough to steal */
        return;
    }
    atomic_thread_fence(memory_order_seq_cst); /* pushed, then looked for who waits: see find() */
    wake_one();
}

static void do_task(word_t cpu, const struct task *task)
{
    word_t free = BOARD & ~(task->columns | task->left | task->right);

    workers[cpu].tasks++;
    if (task->row == SPLIT_ROWS)
        workers[cpu].solutions += count_rest(task);
    else
        while (free != 0) {
            word_t queen = free & -free;

            free ^= queen;
            spawn(cpu, &(struct task){task->row + 1, task->columns | queen,
                                      (task->left | queen) << 1, (task->right | queen) >> 1});
        }
    /* Its results are there before it counts as done. */
    if (atomic_fetch_sub_explicit(&unfinished, 1, memory_order_acq_rel) == 1) {
        set(&is_solved);
        station_wake(0); /* which may wait for work, and wakes the others */
    }
}

/* ---- The scheduler of a CPU ---- */

static word_t below(word_t cpu, word_t bound)
{
    uint64_t *state = &workers[cpu].random;

    *state = *state * 6364136223846793005 + 1442695040888963407;
    return (word_t)(*state >> 33) % bound;
}

static bool steal(word_t cpu, struct task *task)
{
    word_t first = below(cpu, cpus);

    for (word_t i = 0; i < cpus; i++) {
        word_t victim = (first + i) % cpus;

        if (victim != cpu && deque_steal(&workers[victim].deque, task)) {
            workers[cpu].stolen++;
            return true;
        }
    }
    return false;
}

static bool is_there_any(void)
{
    for (word_t i = 0; i < cpus; i++)
        if (!deque_is_empty(&workers[i].deque))
            return true;
    return false;
}

/* It says that it waits, then looks once more: who has pushed before that is seen by this look, who
 * pushes behind it sees that somebody waits. A wake-up that comes before the wait is counted. */
static void wait_for_work(word_t cpu)
{
    word_t bit = (word_t)1 << cpu;

    (void)atomic_fetch_or_explicit(&waiting, bit, memory_order_seq_cst);
    if (!is_there_any() && !is_set(&is_solved)) {
        workers[cpu].waits++;
        station_wait(cpu);
    }
    (void)atomic_fetch_and_explicit(&waiting, ~bit, memory_order_seq_cst);
}

static void work(word_t cpu)
{
    struct task task;

    while (!is_set(&is_solved)) {
        if (deque_take(&workers[cpu].deque, &task) || steal(cpu, &task))
            do_task(cpu, &task);
        else
            wait_for_work(cpu);
    }
}

/* ---- A thread that goes around ---- */

static rme_thread_t courier;
static char courier_stack[2048] __attribute__((aligned(16)));
static _Atomic(word_t) courier_at; /* the CPU that has it next */
static word_t visits;              /* its own; who binds it acquires what it wrote elsewhere */

/* It is bound here and runs at once, above all workers; when it lets go of this CPU the next may
 * bind it, which finds it as it was. */
static void go_around(word_t unused)
{
    (void)unused;
    for (;;) {
        visits++;
        (void)rme_thread_free(courier);
    }
}

static void take_courier(word_t cpu)
{
    const word_t above = 2;
    rme_thread_t init = station_init(cpu);

    rme_assert(rme_thread_bind(courier, init, rme_signal_null(), 100, above, rme_kmem_null(), 0) ==
               STATUS_OK);
    if (cpu == 0)
        rme_assert(rme_thread_exec_set(courier, (word_t)go_around,
                                       rme_stack_prepare(courier_stack, sizeof(courier_stack)),
                                       0) == STATUS_OK);
    rme_assert(rme_thread_transfer_time(courier, init, BUDGET_INFINITE) >= 0);
    atomic_store_explicit(&courier_at, cpu + 1, memory_order_release);
    if (cpu + 1 < cpus)
        station_wake(cpu + 1);
}

static void make_courier(void)
{
    word_t slot = rme_alloc_slot();

    courier = (rme_thread_t){cap_id(slot)};
    rme_assert(rme_thread_create(rme_captable(BOOT_CAPTABLE), slot, rme_kmem(BOOT_KMEM),
                                 rme_alloc_kmem(RME_THREAD_BYTES), rme_process(BOOT_PROCESS), 2,
                                 0) == STATUS_OK);
}

/* ---- */

static word_t sum_of(size_t member)
{
    word_t sum = 0;

    for (word_t i = 0; i < cpus; i++)
        sum += *(word_t *)(void *)((char *)&workers[i] + member);
    return sum;
}

static void print(word_t cycles)
{
    rme_print("%u queens: %lu solutions, %lu tasks\n", QUEENS,
              (unsigned long)sum_of(offsetof(struct worker, solutions)),
              (unsigned long)sum_of(offsetof(struct worker, tasks)));
    for (word_t i = 0; i < cpus; i++)
        rme_print("# CPU %u: %lu tasks, %lu of them stolen, waited %lu times\n", (unsigned)i,
                  (unsigned long)workers[i].tasks, (unsigned long)workers[i].stolen,
                  (unsigned long)workers[i].waits);
    rme_print("# in %lu us\n", (unsigned long)(cycles / (rme_boot.clock_hz / 1000000)));
}

static void run(word_t cpu)
{
    word_t begun = clock_now();

    workers[cpu].random = cpu + 1;
    if (cpu == 0)
        spawn(0, &(struct task){0, 0, 0, 0});
    work(cpu);
    if (cpu == 0) {
        print(clock_now() - begun);
        for (word_t i = 1; i < cpus; i++)
            station_wake(i); /* whoever still waits for work */
    }
    while (atomic_load_explicit(&courier_at, memory_order_acquire) != cpu)
        station_wait(cpu);
    take_courier(cpu);
    if (cpu == cpus - 1) {
        rme_print("a thread has been on %s\n", visits == cpus ? "every CPU" : "some CPUs");
        set(&is_over);
        station_wake(0);
    }
    while (cpu != 0 || !is_set(&is_over))
        station_wait(cpu);
    stations_end();
}

int main(void)
{
    cpus = stations_make();
    make_courier();
    rme_print("# %u CPUs\n", (unsigned)cpus);
    unfinished = 0;
    stations_run(run);
    rme_print("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
