/* SPDX-License-Identifier: Unlicense
 *
 * A thread on each CPU that waits for a signal, and how another CPU wakes it: each has an endpoint,
 * and a message-signalled interrupt line that is bound to it and that anybody may raise there. The
 * kernel of that CPU adds the signal; an endpoint counts, so that a wake-up is not lost when the
 * thread is about to wait but does not yet. The first thread of each CPU sleeps below.
 */
#pragma once

#include "rme/handle.h"
#include "rme/start.h"

enum { STATIONS_MAX = 32 }; /* as many lines have no device */

/* Make what the threads of all CPUs take, on the first one. Returns how many CPUs take part. */
word_t stations_make(void);

/* Start entry(cpu) on each CPU, this one last. The caller is the first thread of CPU 0, which goes
 * on when the thread there has called stations_end(). */
void stations_run(void (*entry)(word_t cpu));
_Noreturn void stations_end(void);

/* Of the thread of that CPU: wait until woken, since the last time at the earliest. */
void station_wait(word_t cpu);

/* Wake the thread of a CPU, from any. Bound: one interrupt. */
void station_wake(word_t cpu);

/* The first thread of a CPU, under which others can be bound there. */
rme_thread_t station_init(word_t cpu);

/* The clock, in cycles of the processor. */
static inline word_t clock_now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}
