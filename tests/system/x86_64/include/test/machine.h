/* SPDX-License-Identifier: Unlicense
 *
 * What a PC has that tests of time and interrupts need. The clock is the time stamp, which is the
 * kernel's as well: that it keeps time is seen by the timer, which counts on its own. With -icount
 * shift=0 a nanosecond is an instruction, and a count of the clock.
 *
 * The timer is channel 0 of the 8254 (Intel 231164, "Mode 2"; MADT of q35: its line is input 2 of
 * the I/O APIC), reached by kernel functions on the I/O space. It counts at 1,193,182 Hz; what
 * remains up to a whole count is waited for beforehand, so that the first interrupt comes in the
 * time that was asked for. It is an edge.
 */
#pragma once

#include "layout.h"
#include "rme/call.h"
#include "rme/start.h"

#define MACHINE_HZ       rme_boot.clock_hz
#define MACHINE_TIMER_HZ 1193182

/* Instructions of one tick of machine_now(), and of one count of the kernel's clock. */
#define MACHINE_TICK  ((word_t)1)
#define MACHINE_COUNT ((word_t)1)

/* The timer's interrupt is an edge; the kernel's clock counts single instructions. */
#define MACHINE_IS_EDGE true
#define MACHINE_IS_FINE true

/* Counts of the kernel's clock that are lost at `arms` times that the kernel arms its timer, and
 * that an emulator counts too much in so many periods. */
#define MACHINE_LOST(arms)   ((word_t)0 * (arms))
#define MACHINE_WON(periods) ((word_t)0 * (periods))

/* The line of the timer, and two that no device drives: an input, which
 * is a level, and a message. */
#define MACHINE_LINE    ((word_t)2)
#define MACHINE_NO_LINE ((word_t)20)
#define MACHINE_NO_EDGE ((word_t)50)

/* What a process needs to drive the timer, beside INT_LOCAL_MOD and TIMER_SET: one capability to
 * kernel functions up to this number, on objects up to this one. */
#define MACHINE_FUNCTION_LAST ((word_t)RME_KFN_IO_WRITE)
#define MACHINE_OBJECT_LAST   ((word_t)0x43)

static inline void machine_begin(void) {}

static inline word_t machine_now(void)
{
    word_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

/* Two instructions for each round. */
static inline void machine_spin(word_t rounds)
{
    __asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(rounds) : : "cc");
}

static inline word_t machine_wait(word_t ticks)
{
    word_t begin = machine_now();

    while (machine_now() - begin < ticks)
        machine_spin(100);
    return machine_now() - begin;
}

/* Counts of the kernel's clock. */
static inline word_t machine_counts(word_t ticks)
{
    return ticks;
}

static inline void machine_out(word_t cap, word_t port, word_t value)
{
    (void)rme_kfunc_call(rme_kfunc(cap), RME_KFN_IO_WRITE, port, 1, value, 0, 0);
}

enum { MACHINE_PIT_CHANNEL = 0x40, MACHINE_PIT_CONTROL = 0x43, MACHINE_PIT_MAX = 0x10000 };

static inline word_t machine_pit_counts(word_t ticks)
{
    word_t counts = ticks * MACHINE_TIMER_HZ / MACHINE_HZ + 1;

    counts = counts < 2 ? 2 : counts;
    return counts > MACHINE_PIT_MAX ? MACHINE_PIT_MAX : counts;
}

/* Interrupt every `ticks`, rounded up to a count of the 8254, the first time in `ticks` from now.
 */
static inline void machine_timer_start_by(word_t cap, word_t ticks)
{
    word_t counts = machine_pit_counts(ticks);
    word_t early = counts * MACHINE_HZ / MACHINE_TIMER_HZ - ticks;

    machine_out(cap, MACHINE_PIT_CONTROL, 0x34); /* both bytes, mode 2 */
    machine_out(cap, MACHINE_PIT_CHANNEL, counts & 0xFF);
    machine_out(cap, MACHINE_PIT_CHANNEL, counts >> 8 & 0xFF);
    if ((sword_t)early > 1)
        machine_spin(early / 2);
}

/* What is between two interrupts when `ticks` were asked for. */
static inline word_t machine_timer_period(word_t ticks)
{
    return machine_pit_counts(ticks) * MACHINE_HZ / MACHINE_TIMER_HZ;
}

/* It goes on, once and in a long time: 55 ms. */
static inline void machine_timer_stop_by(word_t cap)
{
    machine_out(cap, MACHINE_PIT_CONTROL, 0x30); /* mode 0 */
    machine_out(cap, MACHINE_PIT_CHANNEL, 0);
    machine_out(cap, MACHINE_PIT_CHANNEL, 0);
}

static inline void machine_timer_start(word_t ticks)
{
    machine_timer_start_by(BOOT_KFUNC, ticks);
}

static inline void machine_timer_stop(void)
{
    machine_timer_stop_by(BOOT_KFUNC);
}

/* An edge needs none. */
static inline void machine_timer_clear(void) {}

/* What 128 threads may take, and where it begins: behind the page tables of boot. */
#define MACHINE_MANY_BYTES 64 * 1024
#define MACHINE_MANY_BEGIN rme_boot.kmem_free
#define MACHINE_MANY_CLAIM "with their slots they take no more than 64 KiB"

/* An address that user code can never reach: kernel memory. */
#define MACHINE_UNREACHABLE LAYOUT_KMEM

static inline void machine_undefined(void)
{
    __asm__ volatile("ud2");
}
