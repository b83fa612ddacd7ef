/* SPDX-License-Identifier: Unlicense
 *
 * Contract: arch/include/arch/machine.h.
 */
#pragma once

#include "arch/common/machine_functions.h"
