/* SPDX-License-Identifier: Unlicense */
#include "binding.h"

#include "handles.h"

#include <lauxlib.h>
#include <string.h>

static word_t call(lua_State *state, rme_invocation_t port, word_t message[RME_MESSAGE_WORDS])
{
    word_t value = 0;
    sword_t status = rme_invoke_message(port, message, &value);

    if (status != STATUS_OK)
        (void)luaL_error(state, "the kernel refused a call: %d", (int)status);
    return value;
}

/* Nobody is trusted with a length. */
static int next(lua_State *state)
{
    word_t message[RME_MESSAGE_WORDS] = {0};
    word_t length = call(state, port_tutor_next, message);

    if (length > sizeof(shared_board))
        return luaL_error(state, "a line of %d bytes is too long", (int)length);
    if (length == 0)
        lua_pushnil(state);
    else
        lua_pushlstring(state, (const char *)shared_board, length);
    return 1;
}

static int answer(lua_State *state)
{
    word_t message[RME_MESSAGE_WORDS] = {(word_t)luaL_checkinteger(state, 1)};

    lua_pushboolean(state, call(state, port_tutor_answer, message) != 0);
    return 1;
}

static int ring(lua_State *state)
{
    sword_t status = rme_signal_send(signal_bell, (word_t)luaL_checkinteger(state, 1));

    if (status != STATUS_OK)
        return luaL_error(state, "the kernel refused a signal: %d", (int)status);
    return 0;
}

int binding_open(lua_State *state)
{
    static const luaL_Reg functions[] = {
        {"next", next}, {"answer", answer}, {"ring", ring}, {NULL, NULL}};

    luaL_newlib(state, functions);
    return 1;
}
