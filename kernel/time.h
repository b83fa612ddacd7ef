/* SPDX-License-Identifier: Unlicense
 *
 * Time: the kernel consumes budgets and never replenishes them; user level moves them about. A
 * thread pays for its own calls and for the interrupts that hit it. What all threads are charged
 * and what the init thread had add up to the time that has passed, exactly.
 */
#pragma once

#include "kernel/schedule.h"

/* Read the clock, and charge the running thread up to now if its budget is finite: what an infinite
 * one has used is nobody's. Without time left it is exhausted. */
void time_charge(struct cpu *cpu);

/* Arm the timer for what comes first: the end of the running thread's budget, the deadline of
 * TIMER_SET, or the next tick that quiescence needs. */
void time_arm(struct cpu *cpu);

/* The timer has fired: charge, signal a deadline that has passed, tick. The tick signals nothing.
 */
void time_fire(struct cpu *cpu);

/* Arm the deadline of this CPU, `counts` from now; 0 disarms. ARGUMENT: half the clock's range or
 * more. */
MUST_CHECK enum status time_set_deadline(struct cpu *cpu, word_t counts);

/* What a CPU does at its tick, and when another CPU asks for one. */
void time_tick(struct cpu *cpu);
