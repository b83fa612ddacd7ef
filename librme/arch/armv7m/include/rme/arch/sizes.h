/* SPDX-License-Identifier: Unlicense
 *
 * Bytes of kernel objects. The kernel refuses what is too small by itself: these are upper bounds.
 */
#pragma once

enum { RME_THREAD_BYTES = 128, RME_THREAD_FPU_BYTES = 192, RME_PORT_BYTES = 32 };

/* Of DEBUG_REG_MOD: r4, and behind it the next (rme/stack.h). */
enum { RME_END_REGISTER = 1 };

/* No object begins at less than a line. */
enum { RME_LINE_BYTES = 32 };
