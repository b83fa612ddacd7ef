/* SPDX-License-Identifier: Unlicense
 *
 * What setjmp() keeps: rbx, rbp, r12 to r15, rsp, rip.
 */
#pragma once

#define RME_JUMP_DOUBLE_WORDS 8
