/* SPDX-License-Identifier: Unlicense
 *
 * This port's part of the CPU record: the state of the clock (port/clock.h).
 */
#pragma once

#include "abi/types.h"

struct arch_cpu {
    word_t last;              /* SysTick's value at the last read, plus what was given back */
    volatile word_t *counter; /* SysTick's value; beside `last`, so that one load gets both */
    word_t end;               /* of the present period, by the clock */
};
