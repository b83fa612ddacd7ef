/* SPDX-License-Identifier: Unlicense
 *
 * What setjmp() keeps: r4 to r11, sp, lr, and d8 to d15.
 */
#pragma once

#define RME_JUMP_DOUBLE_WORDS 13
