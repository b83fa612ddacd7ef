/* SPDX-License-Identifier: Unlicense
 *
 * One CPU: the kernel runs with every interrupt that enters it held off.
 */
#pragma once

#include "arch/common/atomic_plain.h"
