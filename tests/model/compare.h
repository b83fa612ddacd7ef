/* SPDX-License-Identifier: Unlicense
 *
 * Model and kernel side by side.
 */
#pragma once

#include "arch/host/machine.h"
#include "arch/machine.h"
#include "tests/model/model.h"

/* The model of the kernel behind its boot: read off the kernel once. */
void import_boot(void);

/* NULL, or the first piece of state that differs, in words. */
const char *difference(void);
