/* SPDX-License-Identifier: Unlicense
 *
 * Text on the debug console. Debug builds only: callers stand behind `if (CONFIG_DEBUG)`.
 */
#pragma once

#include "abi/types.h"

void report_text(const char *text);
void report_hex(word_t word);
void report_decimal(sword_t number);
