/* SPDX-License-Identifier: Unlicense
 *
 * The clock that budgets are counted in, and the one timer of each CPU. Counts are exact: what two
 * reads add up to is what has passed, also across arming. Context: in the kernel, on the CPU
 * concerned. Cost of each: constant. The timer's interrupt ends in entry_timer (kernel/entry.h).
 *
 *  ARCH_TIMER_MAX              the longest interval that the timer can be armed with
 *  ARCH_TIMER_TICK             counts of QUIESCE_PERIOD_US
 *
 *  word_t arch_clock_hz(void)
 *      A fact: counts a second.
 *
 *  word_t arch_clock_elapsed(cpu)
 *      A read: the counts since the last read on this CPU.
 *
 *  void arch_clock_unread(cpu, word_t counts)
 *      Give the last of these counts back: the next read returns them too.
 *
 *  word_t arch_clock_peek(cpu, word_t *elapsed)
 *      A look: what arch_timer_remaining would be behind a read at this moment, and in *elapsed
 *      what that read would return. If the timer has fired, or where a glance does not tell:
 *      more than any finite budget has elapsed; the kernel then takes the slow way.
 *
 *  void arch_clock_take(cpu, word_t remaining)
 *      Make that look a read. Before: nothing of the clock was called since arch_clock_peek
 *      returned `remaining`.
 *
 *  word_t arch_clock_now(cpu)
 *      The sum of all counts, as of the last read; wraps.
 *
 *  word_t arch_timer_remaining(cpu)
 *      The counts until the timer fires, as of the last read; not less than that.
 *
 *  void arch_timer_arm(cpu, word_t counts)
 *      The timer fires `counts` after the last read, or earlier; if that is sooner than the
 *      machine's shortest interval, then after that. With periodic ticks: nothing.
 *
 *  void arch_timer_pend(cpu)
 *      The timer fires before user code runs again.
 */
#pragma once

#include <port/clock.h>
