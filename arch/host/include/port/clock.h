/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/clock.h.
 */
#pragma once

#include "board.h"
#include "kernel/cpu.h"

#define ARCH_TIMER_MAX  ((word_t)0xFFFFFF)
#define ARCH_TIMER_TICK ((word_t)10000)
#define ARCH_TIMER_MIN  ((word_t)4)

static inline word_t arch_clock_hz(void)
{
    return BOARD_TIMER_HZ;
}

static inline word_t arch_clock_elapsed(struct cpu *cpu)
{
    word_t elapsed = cpu->arch.now - cpu->arch.last;

    cpu->arch.last = cpu->arch.now;
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

static inline word_t arch_clock_peek(const struct cpu *cpu, word_t *elapsed)
{
    sword_t left = (sword_t)(cpu->arch.deadline - cpu->arch.now);

    *elapsed = left > 0 ? cpu->arch.now - cpu->arch.last : ~(word_t)0;
    return (word_t)left;
}

static inline void arch_clock_take(struct cpu *cpu, word_t remaining)
{
    cpu->arch.last = cpu->arch.deadline - remaining;
}

static inline void arch_timer_arm(struct cpu *cpu, word_t counts)
{
    if (counts < ARCH_TIMER_MIN)
        counts = ARCH_TIMER_MIN;
    cpu->arch.deadline = cpu->arch.last + (counts < ARCH_TIMER_MAX ? counts : ARCH_TIMER_MAX);
    if ((sword_t)(cpu->arch.deadline - cpu->arch.now) <= 0)
        cpu->arch.timer_pending = true;
}

static inline void arch_timer_pend(struct cpu *cpu)
{
    cpu->arch.timer_pending = true;
}
