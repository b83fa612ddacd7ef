/* SPDX-License-Identifier: Unlicense
 *
 * Bytes of kernel objects. The kernel refuses what is too small by itself: these are upper bounds.
 */
#pragma once

enum { RME_THREAD_BYTES = 384, RME_THREAD_FPU_BYTES = 1280, RME_PORT_BYTES = 64 };

/* Of DEBUG_REG_MOD: rbx, and behind it the next (rme/stack.h). */
enum { RME_END_REGISTER = 3 };

/* Objects of a line or more begin with one. */
enum { RME_LINE_BYTES = 64 };
