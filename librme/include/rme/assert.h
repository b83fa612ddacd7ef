/* SPDX-License-Identifier: Unlicense
 *
 * Assertions that stay: what is wrong is printed, and the thread stops.
 */
#pragma once

#define RME_STRING(text) #text
#define RME_LINE(number) RME_STRING(number)
#define rme_assert(claim)                                                                          \
    ((claim) ? (void)0 : rme_fail(__FILE__ ":" RME_LINE(__LINE__) ": " #claim))

__attribute__((noreturn)) void rme_fail(const char *what);
