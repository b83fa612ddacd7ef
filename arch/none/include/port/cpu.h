/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/machine.h.
 */
#pragma once

#include "abi/types.h"

struct arch_cpu {
    word_t last;
};
