/* SPDX-License-Identifier: Unlicense
 *
 * The clock is the time-stamp counter; the timer is that of the local APIC, in one-shot mode, whose
 * count is computed from time stamps with a ratio that boot has measured.
 * Contract: arch/include/arch/clock.h.
 */
#pragma once

#include "kernel/cpu.h"

/* Counts a second, measured at boot (timer.c). */
extern word_t port_clock_hz;

#define ARCH_TIMER_MAX  ((word_t)1 << 40)
#define ARCH_TIMER_TICK (port_clock_hz / 1000000 * CONFIG_QUIESCE_PERIOD_US)

static inline word_t arch_clock_hz(void)
{
    return port_clock_hz;
}

/* rdx is kept by hand: a compiler that knew of it would move what a switch has there away, whether
 * the switch then reads the clock or not. */
static inline word_t arch_time_stamp(void)
{
    word_t now, kept;

    __asm__ volatile("mov %%rdx, %[kept]\n\t"
                     "rdtsc\n\t"
                     "shl $32, %%rdx\n\t"
                     "or %%rdx, %%rax\n\t"
                     "mov %[kept], %%rdx"
                     : "=a"(now), [kept] "=&r"(kept)
                     :
                     : "cc");
    return now;
}

static inline word_t arch_clock_elapsed(struct cpu *cpu)
{
    word_t now = arch_time_stamp();
    word_t elapsed = now - cpu->arch.last;

    cpu->arch.last = now;
    return elapsed;
}

static inline void arch_clock_unread(struct cpu *cpu, word_t counts)
{
    cpu->arch.last -= counts;
}

static inline word_t arch_clock_now(const struct cpu *cpu)
{
    return cpu->arch.last;
}

static inline word_t arch_timer_remaining(const struct cpu *cpu)
{
    sword_t left = (sword_t)(cpu->arch.deadline - cpu->arch.last);

    return left > 0 ? (word_t)left : 0;
}

/* Behind the deadline more has elapsed than any budget. */
static inline word_t arch_clock_peek(const struct cpu *cpu, word_t *elapsed)
{
    word_t now = arch_time_stamp();
    sword_t left = (sword_t)(cpu->arch.deadline - now);

    *elapsed = left > 0 ? now - cpu->arch.last : ~(word_t)0;
    return (word_t)left;
}

static inline void arch_clock_take(struct cpu *cpu, word_t remaining)
{
    cpu->arch.last = cpu->arch.deadline - remaining;
}

/* timer.c */
void arch_timer_set(struct cpu *cpu, word_t counts);

static inline void arch_timer_arm(struct cpu *cpu, word_t counts)
{
    arch_timer_set(cpu, counts);
}

void arch_timer_pend(struct cpu *cpu);
