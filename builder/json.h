/* SPDX-License-Identifier: Unlicense
 *
 * Writing JSON: values in the order in which they are put, two spaces a level, small objects on one
 * line.
 */
#pragma once

#include "builder/emit.h"

struct json {
    struct output out;
    unsigned depth;
    bool has_item;  /* in what is open */
    bool is_inline; /* what is open stays on one line */
};

/* `key` is NULL in a list. `bracket` is '{' or '['; what is opened inline has nothing inside that
 * is not. */
void json_open(struct json *json, const char *key, char bracket);
void json_open_inline(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
