/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/clock.h.
 */
#pragma once

#include "abi/types.h"

struct cpu;

#define ARCH_TIMER_MAX  ((word_t)0xFFFFFF)
#define ARCH_TIMER_TICK ((word_t)10000)

word_t arch_clock_elapsed(struct cpu *cpu);
void arch_clock_unread(struct cpu *cpu, word_t counts);
word_t arch_clock_peek(const struct cpu *cpu, word_t *elapsed);
void arch_clock_take(struct cpu *cpu, word_t remaining);
word_t arch_clock_now(const struct cpu *cpu);
word_t arch_timer_remaining(const struct cpu *cpu);
void arch_timer_arm(struct cpu *cpu, word_t counts);
void arch_timer_pend(struct cpu *cpu);
word_t arch_clock_hz(void);
