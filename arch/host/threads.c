/* SPDX-License-Identifier: Unlicense */
#include "arch/host/memory.h"
#include "arch/host/run.h"
#include "arch/machine.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

struct worker {
    pthread_t thread;
    unsigned id;
    uint64_t seed;
    host_script_t *script;
};

static pthread_barrier_t start;
static atomic_bool has_stopped;
static _Thread_local uint64_t yields; /* 0: this thread never yields */

void host_thread_point(void)
{
    if (yields == 0)
        return;
    yields ^= yields << 13;
    yields ^= yields >> 7;
    yields ^= yields << 17;
    if ((yields >> 40) % 8 == 0)
        (void)sched_yield();
}

static void follow(void *argument)
{
    const struct worker *worker = argument;

    worker->script(arch_cpu(worker->id));
}

static void *work(void *argument)
{
    const struct worker *worker = argument;

    host_cpu_id = worker->id;
    yields = worker->seed;
    (void)pthread_barrier_wait(&start);
    if (host_stops(follow, argument))
        has_stopped = true;
    return NULL;
}

enum host_end host_run_threads(uint64_t seed, host_script_t *const scripts[HOST_CPUS])
{
    struct worker workers[HOST_CPUS];
    unsigned count = 0;

    has_stopped = false;
    for (unsigned i = 0; i < arch_cpu_count(); i++)
        if (scripts[i] != NULL)
            workers[count++] = (struct worker){
                .id = i, .seed = (seed + i + 1) * 0x9E3779B97F4A7C15ULL | 1, .script = scripts[i]};
    (void)pthread_barrier_init(&start, NULL, count);
    for (unsigned i = 0; i < count; i++)
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            abort();
    for (unsigned i = 0; i < count; i++)
        (void)pthread_join(workers[i].thread, NULL);
    (void)pthread_barrier_destroy(&start);
    return has_stopped ? HOST_STOPPED : HOST_DONE;
}
