/* SPDX-License-Identifier: Unlicense
 *
 * Start of the first process: memory is set up, then main() is called. What main returns is
 * printed, and the thread idles.
 */
#pragma once

#include "abi/boot.h"

/* What the kernel said at boot. */
extern struct boot_info rme_boot;

int main(void);
