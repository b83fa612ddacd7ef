/* SPDX-License-Identifier: Unlicense
 *
 * Lua as a process: a state for each script, so that each begins with the whole heap, as `lua
 * SCRIPT` would on a machine with an operating system.
 */
#include "binding.h"
#include "handles.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>

static const char *const scripts[] = {
    "values.lua", "closures.lua", "text.lua",  "tables.lua", "coroutines.lua",
    "limits.lua", "memory.lua",   "files.lua", "lesson.lua",
};

static int run(lua_State *state)
{
    luaL_openlibs(state);
    luaL_requiref(state, "rme", binding_open, 1);
    if (luaL_loadfile(state, lua_touserdata(state, 1)) != LUA_OK)
        return lua_error(state);
    lua_call(state, 0, 0);
    return 0;
}

/* In protected mode, so that a state that does not even fit is an error too. */
static int run_script(const char *name)
{
    union {
        const char *constant;
        void *plain;
    } pointer = {name};
    lua_State *state = luaL_newstate();
    int status;

    printf("-- %s\n", name);
    if (state == NULL) {
        printf("lua: there is no memory for a state\n");
        return LUA_ERRMEM;
    }
    lua_pushcfunction(state, run);
    lua_pushlightuserdata(state, pointer.plain);
    status = lua_pcall(state, 1, 0, 0);
    if (status != LUA_OK)
        printf("lua: %s\n", lua_tostring(state, -1));
    lua_close(state);
    return status;
}

int main(void)
{
    int failed = 0;

    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
        failed += run_script(scripts[i]) != LUA_OK ? 1 : 0;
    return failed;
}
