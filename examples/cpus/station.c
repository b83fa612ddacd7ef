/* SPDX-License-Identifier: Unlicense */
#include "station.h"

#include "board.h"
#include "rme/alloc.h"
#include "rme/arch/sizes.h"
#include "rme/assert.h"
#include "rme/cpus.h"
#include "rme/process.h"

enum { STACK_BYTES = 4096, PRIORITY = 1, EDGE = 1 };

static struct station {
    rme_signal_t signal;
    word_t line, slot, memory;
    char stack[STACK_BYTES] __attribute__((aligned(16)));
    char first_stack[1024] __attribute__((aligned(16)));
} __attribute__((aligned(64))) stations[STATIONS_MAX];

static word_t count;
static volatile bool is_over;
static void (*begin)(word_t cpu);

static sword_t function(word_t number, word_t object, word_t word0, word_t word1)
{
    return rme_kfunc_call(rme_kfunc(BOOT_KFUNC), number, object, word0, word1, 0, 0);
}

rme_thread_t station_init(word_t cpu)
{
    if (rme_boot.cpu_count == 1)
        return rme_thread(BOOT_THREAD);
    return (rme_thread_t){cap_id_in(BOOT_THREAD, cpu)};
}

word_t stations_make(void)
{
    count = rme_boot.cpu_count < STATIONS_MAX ? rme_boot.cpu_count : STATIONS_MAX;
    for (word_t cpu = 0; cpu < count; cpu++) {
        struct station *station = &stations[cpu];

        station->signal = rme_signal_make();
        station->line = BOARD_IRQ_LINES - 1 - cpu;
        station->slot = rme_alloc_slot();
        station->memory = rme_alloc_kmem(RME_THREAD_BYTES);
        rme_assert(function(RME_KFN_INT_BIND, station->line, station->signal.id.raw, EDGE) ==
                   STATUS_OK);
        rme_assert(function(RME_KFN_INT_LOCAL_MOD, station->line, 1, 1) == STATUS_OK);
    }
    return count;
}

/* On the CPU itself: only who runs there can bind a thread to it. */
static void start(word_t cpu)
{
    struct station *station = &stations[cpu];

    (void)rme_thread_make(&(struct rme_thread_plan){
        .slot = station->slot,
        .memory = station->memory,
        .process = rme_process(BOOT_PROCESS),
        .entry = begin,
        .stack = station->stack,
        .stack_bytes = STACK_BYTES,
        .param = cpu,
        .priority = PRIORITY,
        .priority_max = PRIORITY,
        .budget = BUDGET_INFINITE,
        .tid = 1 + cpu,
        .scheduler = station_init(cpu),
        .endpoint = rme_signal_null(),
    });
}

/* What an idle CPU does. */
static void other(word_t cpu)
{
    start(cpu);
    for (;;)
        (void)function(RME_KFN_IDLE_SLEEP, 0, 0, 0);
}

void stations_run(void (*entry)(word_t cpu))
{
    begin = entry;
    for (word_t cpu = 1; cpu < count; cpu++)
        rme_cpu_run(cpu, other, stations[cpu].first_stack, sizeof(stations[cpu].first_stack));
    start(0);
    while (!is_over)
        (void)function(RME_KFN_IDLE_SLEEP, 0, 0, 0);
}

/* The first thread may have looked and be about to sleep: it is woken when it surely does. */
void stations_end(void)
{
    word_t timer = count == 1 ? (word_t)BOOT_TIMER_ENDPOINT : cap_id_in(BOOT_TIMER_ENDPOINT, 0).raw;

    is_over = true;
    rme_assert(function(RME_KFN_TIMER_SET, 0, timer, rme_boot.clock_hz / 1000) == STATUS_OK);
    for (;;)
        station_wait(0);
}

void station_wait(word_t cpu)
{
    (void)rme_signal_receive(stations[cpu].signal, SIGNAL_RECEIVE_ALL);
}

void station_wake(word_t cpu)
{
    rme_assert(function(RME_KFN_INT_LOCAL_TRIG, cpu << CAP_PAIR_SHIFT | stations[cpu].line, 0, 0) ==
               STATUS_OK);
}
