/* SPDX-License-Identifier: Unlicense
 *
 * The clock of a CPU is a number that tests advance (arch/host/machine.h).
 */
#pragma once

#include "abi/types.h"

struct arch_cpu {
    word_t now;      /* counts that have passed */
    word_t last;     /* at the last read */
    word_t deadline; /* of the timer */
    bool timer_pending;
    _Atomic bool request_pending; /* other CPUs set it */
};
