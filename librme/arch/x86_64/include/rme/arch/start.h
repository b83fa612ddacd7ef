/* SPDX-License-Identifier: Unlicense
 *
 * For the start code in assembly; asserted in librme/src/cpus.c.
 */
#pragma once

#define START_CALL_KFN   4
#define START_IDLE_SLEEP 0xF400
#define START_SLOT_KFUNC 4
