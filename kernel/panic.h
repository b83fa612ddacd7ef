/* SPDX-License-Identifier: Unlicense
 *
 * The end: an invariant of the kernel or of the machine is broken. Never reached by what a user does.
 */
#pragma once

#include "abi/types.h"
#include "kernel/compiler.h"

/* Report (in a debug build, on the console) and halt, or reboot where CONFIG_PANIC_REBOOT says so. */
COLD NORETURN void panic(const char *what, word_t word);
