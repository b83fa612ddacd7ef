/* SPDX-License-Identifier: Unlicense
 *
 * The type alone: nothing interrupts a thread of a process.
 */
#pragma once

typedef int sig_atomic_t;
