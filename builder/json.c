/* SPDX-License-Identifier: Unlicense */
#include "builder/json.h"

#include <inttypes.h>

static void put_string(struct output *out, const char *text)
{
    put(out, "\"");
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            put(out, "\\%c", c);
        else if (c < ' ')
            put(out, "\\u%04x", c);
        else
            put_bytes(out, text, 1);
    }
    put(out, "\"");
}

/* Comma, line and key of the next value. */
static void begin(struct json *json, const char *key)
{
    if (json->has_item)
        put(&json->out, json->is_inline ? ", " : ",");
    if (!json->is_inline && json->depth != 0)
        put(&json->out, "\n%*s", (int)(2 * json->depth), "");
    json->has_item = true;
    if (key == NULL)
        return;
    put_string(&json->out, key);
    put(&json->out, ": ");
}

void json_open(struct json *json, const char *key, char bracket)
{
    begin(json, key);
    put(&json->out, "%c", bracket);
    json->depth++;
    json->has_item = false;
}

void json_open_inline(struct json *json, const char *key, char bracket)
{
    json_open(json, key, bracket);
    json->is_inline = true;
}

void json_close(struct json *json, char bracket)
{
    json->depth--;
    if (!json->is_inline && json->has_item)
        put(&json->out, "\n%*s", (int)(2 * json->depth), "");
    put(&json->out, "%c", bracket);
    json->has_item = true;
    json->is_inline = false;
    if (json->depth == 0)
        put(&json->out, "\n");
}

void json_text(struct json *json, const char *key, const char *text)
{
    begin(json, key);
    put_string(&json->out, text);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
    begin(json, key);
    put(&json->out, "%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
    begin(json, key);
    put(&json->out, value ? "true" : "false");
}
