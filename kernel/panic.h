/* SPDX-License-Identifier: Unlicense
 *
 * The end: an invariant of the kernel or of the machine is broken. Never reached by what a user
 * does.
 */
#pragma once

#include "abi/types.h"
#include "config.h"
#include "kernel/compiler.h"

/* Halt, or reboot where CONFIG_PANIC_REBOOT says so; `what` may be NULL. */
COLD NORETURN void panic_stop(const char *what, word_t word);

/* Report (in a debug build, on the console; a release build holds no text) and stop. */
ALWAYS_INLINE NORETURN void panic(const char *what, word_t word)
{
    panic_stop(CONFIG_DEBUG ? what : NULL, word);
}
