/* SPDX-License-Identifier: Unlicense
 *
 * The clock that budgets are counted in, and the one timer of each CPU. Counts are exact: what two
 * reads add up to is what has passed, also across arming.
 *
 *   word_t arch_clock_elapsed(cpu)         counts since the last call on this CPU
 *   void   arch_clock_unread(cpu, counts)  gives the last of them back to the next call
 *   word_t arch_clock_now(cpu)             sum of all counts, as of the last call; wraps
 *   word_t arch_timer_remaining(cpu)       counts until the timer fires, as of the last call
 *   word_t arch_clock_peek(cpu)            what that would be after a call now; if the timer
 *                                          has fired or a glance cannot tell, more than it is
 *   void   arch_clock_take(cpu, remaining) makes the peek a call
 *   void   arch_timer_arm(cpu, counts)     fire in `counts` from the last call, or earlier,
 *                                          or as late as the shortest interval of the
 *                                          machine; with periodic ticks: nothing
 *   void   arch_timer_pend(cpu)            fire before user code runs again
 *   ARCH_TIMER_MAX                         longest interval that can be armed
 *
 * All take constant time. The timer's interrupt ends in entry_timer(cpu).
 */
#pragma once

#include <port/clock.h>
