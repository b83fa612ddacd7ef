/* SPDX-License-Identifier: Unlicense
 *
 * The end: an invariant of the kernel or of the machine is broken. Never reached by what a user
 * does.
 */
#pragma once

#include "abi/types.h"
#include "config.h"
#include "kernel/compiler.h"
#include "kernel/report.h"

/* Halt, or reboot where CONFIG_PANIC_REBOOT says so. */
COLD NORETURN void panic_stop(void);

/* Report (in a debug build; a release build holds no text) and stop. */
ALWAYS_INLINE NORETURN void panic(const char *what, word_t word)
{
    if (CONFIG_DEBUG)
        report_last_words(what, word);
    panic_stop();
}
