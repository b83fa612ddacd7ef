/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/memory.h.
 */
#pragma once

#include "arch/common/memory_functions.h"
