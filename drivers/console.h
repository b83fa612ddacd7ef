/* SPDX-License-Identifier: Unlicense
 *
 * Debug console: one driver of this folder, chosen by the chip's data. Output only.
 */
#pragma once

/* Wait a bounded time for room, then drop the character. */
void console_put(char c);
