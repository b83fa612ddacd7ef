/* SPDX-License-Identifier: Unlicense */
#pragma once

enum { BOARD_TIMER_HZ = 21000000 };
