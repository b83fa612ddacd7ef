/* SPDX-License-Identifier: Unlicense */
#include "builder/schema.h"

#include "builder/json.h"
#include "builder/keys.h"

#include <string.h>

static const char name_pattern[] = "^[A-Za-z][A-Za-z0-9_]{0,47}$";
static const char dotted_pattern[] = "^[A-Za-z][A-Za-z0-9_]{0,47}\\.[A-Za-z][A-Za-z0-9_]{0,47}$";
static const char size_pattern[] = "^([0-9]+|0x[0-9A-Fa-f]+) *(B|KiB|MiB|GiB)$";
static const char time_pattern[] = "^([0-9]+|0x[0-9A-Fa-f]+) *(us|ms|s)$";

/* The names of mappings in the schema. */
static const char *definition_of(enum mapping mapping)
{
    const char *title = strchr(mappings[mapping].title, ' ') + 1; /* without the article */
    char *name = memory_text(title, strlen(title));

    for (char *c = name; *c != '\0'; c++)
        if (*c == ' ')
            *c = '_';
    return name;
}

static void put_reference(struct json *json, enum mapping mapping)
{
    json_text(json, "$ref", memory_format("#/$defs/%s", definition_of(mapping)));
}

static void put_enum(struct json *json, const char *words)
{
    struct list list = words_of(words);

    json_open(json, "enum", '[');
    for (size_t i = 0; i < list.count; i++)
        json_text(json, NULL, list.item[i]);
    json_close(json, ']');
}

static void put_pattern(struct json *json, const char *pattern)
{
    json_text(json, "type", "string");
    json_text(json, "pattern", pattern);
}

/* A number with a unit, or a word that may stand for one. */
static void put_measure(struct json *json, const struct key *key, const char *pattern)
{
    if (key->words == NULL) {
        put_pattern(json, pattern);
        return;
    }
    json_open(json, "anyOf", '[');
    json_open(json, NULL, '{');
    put_pattern(json, pattern);
    json_close(json, '}');
    json_open(json, NULL, '{');
    put_enum(json, key->words);
    json_close(json, '}');
    json_close(json, ']');
}

static void put_member(struct json *json, const struct key *key)
{
    if (key->kind == KIND_TEXTS) {
        json_text(json, "type", "string");
        json_number(json, "minLength", 1);
    } else if (key->kind == KIND_NAMES) {
        put_pattern(json, dotted_pattern);
    } else {
        put_enum(json, key->words);
    }
}

/* A list, or its only member alone. */
static void put_list(struct json *json, const struct key *key)
{
    json_open(json, "anyOf", '[');
    json_open(json, NULL, '{');
    put_member(json, key);
    json_close(json, '}');
    json_open(json, NULL, '{');
    json_text(json, "type", "array");
    json_number(json, "minItems", 1);
    json_bool(json, "uniqueItems", true);
    json_open(json, "items", '{');
    put_member(json, key);
    json_close(json, '}');
    json_close(json, '}');
    json_close(json, ']');
}

/* Names with values. */
static void put_names(struct json *json, const struct key *key)
{
    json_text(json, "type", "object");
    json_number(json, "minProperties", 1);
    json_open(json, "propertyNames", '{');
    json_text(json, "pattern", name_pattern);
    json_close(json, '}');
    json_open(json, "additionalProperties", '{');
    if (key->kind == KIND_ITEMS)
        put_reference(json, key->of);
    else if (key->kind == KIND_GRANTS)
        put_list(json, key);
    else
        put_pattern(json, name_pattern);
    json_close(json, '}');
}

static void put_value(struct json *json, const struct key *key)
{
    switch (key->kind) {
    case KIND_NAME:
        put_pattern(json, name_pattern);
        break;
    case KIND_TEXT:
        json_text(json, "type", "string");
        break;
    case KIND_NUMBER:
        json_text(json, "type", "integer");
        json_number(json, "minimum", key->min);
        json_number(json, "maximum", key->max);
        break;
    case KIND_SIZE:
        put_measure(json, key, size_pattern);
        break;
    case KIND_TIME:
        put_measure(json, key, time_pattern);
        break;
    case KIND_CHOICE:
        if (strcmp(key->words, "false true") == 0)
            json_text(json, "type", "boolean");
        else
            put_enum(json, key->words);
        break;
    case KIND_TEXTS:
    case KIND_WORDS:
    case KIND_NAMES:
        put_list(json, key);
        break;
    case KIND_GRANTS:
    case KIND_LINKS:
    case KIND_ITEMS:
        put_names(json, key);
        break;
    case KIND_MAPPING:
        put_reference(json, key->of);
        break;
    }
}

static bool has_required(enum mapping mapping)
{
    for (size_t i = 0; i < key_count; i++)
        if (keys[i].in == mapping && keys[i].is_required)
            return true;
    return false;
}

static void put_required(struct json *json, enum mapping mapping)
{
    if (!has_required(mapping))
        return;
    json_open(json, "required", '[');
    for (size_t i = 0; i < key_count; i++)
        if (keys[i].in == mapping && keys[i].is_required)
            json_text(json, NULL, keys[i].name);
    json_close(json, ']');
}

/* One without required keys may be left empty: `bell:` is `bell: {}`. */
static void put_mapping(struct json *json, enum mapping mapping)
{
    json_text(json, "description", mappings[mapping].text);
    if (has_required(mapping)) {
        json_text(json, "type", "object");
    } else {
        json_open_inline(json, "type", '[');
        json_text(json, NULL, "object");
        json_text(json, NULL, "null");
        json_close(json, ']');
    }
    json_bool(json, "additionalProperties", false);
    put_required(json, mapping);
    json_open(json, "properties", '{');
    for (size_t i = 0; i < key_count; i++) {
        if (keys[i].in != mapping)
            continue;
        json_open(json, keys[i].name, '{');
        json_text(json, "description", keys[i].text);
        put_value(json, &keys[i]);
        json_close(json, '}');
    }
    json_close(json, '}');
}

struct output schema_make(void)
{
    struct json json = {0};

    json_open(&json, NULL, '{');
    json_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_text(&json, "title", "RME system description");
    json_text(&json, "$comment",
              "SPDX-License-Identifier: Unlicense. Generated by `builder schema`.");
    put_mapping(&json, MAPPING_SYSTEM);
    json_open(&json, "$defs", '{');
    for (int i = MAPPING_SYSTEM + 1; i < MAPPINGS; i++) {
        json_open(&json, definition_of((enum mapping)i), '{');
        put_mapping(&json, (enum mapping)i);
        json_close(&json, '}');
    }
    json_close(&json, '}');
    json_close(&json, '}');
    return json.out;
}
