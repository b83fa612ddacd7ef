/* SPDX-License-Identifier: Unlicense
 *
 * SysTick's registers as the test of the clock sees them: each look lets a little time pass.
 */
#pragma once

#include "abi/types.h"

volatile word_t *systick_register(unsigned number);

#define SYST_CSR systick_register(0)
#define SYST_RVR systick_register(1)
#define SYST_CVR systick_register(2)
#define SCB_ICSR systick_register(3)

enum { SYST_COUNTFLAG = 1 << 16, ICSR_PENDSTSET = 1 << 26 };
