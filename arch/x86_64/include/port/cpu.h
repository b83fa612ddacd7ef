/* SPDX-License-Identifier: Unlicense
 *
 * This port's part of the CPU record: the clock (port/clock.h).
 */
#pragma once

#include "abi/types.h"

struct arch_cpu {
    word_t last;     /* time stamp of the last read, less what was given back */
    word_t deadline; /* time stamp at which the timer fires */
};
