/* SPDX-License-Identifier: Unlicense
 *
 * What scripts reach of the system: the table `rme`.
 *
 *   rme.next()          calls the tutor's port `next`; the text that it left on the board, or nil
 *   rme.answer(number)  calls its port `answer` with an integer; true: that was right
 *   rme.ring(count)     sends so many signals `bell`
 *
 * A refusal by the kernel is an error of Lua's, with the number of the status.
 */
#pragma once

#include <lua.h>

/* For luaL_requiref(). */
int binding_open(lua_State *state);
