/* SPDX-License-Identifier: Unlicense */
#include "builder/keys.h"
#include "builder/schema.h"
#include "builder/units.h"

#include <inttypes.h>
#include <string.h>

/* "a, b or c", as code. */
static const char *alternatives(const char *words)
{
    struct list list = words_of(words);
    const char *text = "";

    for (size_t i = 0; i < list.count; i++)
        text = memory_format("%s%s`%s`", text,
                             i == 0                ? ""
                             : i + 1 == list.count ? " or "
                                                   : ", ",
                             (const char *)list.item[i]);
    return text;
}

static const char *measure(const struct key *key, const char *min, const char *max)
{
    const char *range = memory_format("%s to %s", min, max);

    return key->words != NULL ? memory_format("%s, or %s", range, alternatives(key->words)) : range;
}

static const char *value_of(const struct key *key)
{
    switch (key->kind) {
    case KIND_NAME:
        return "a name";
    case KIND_TEXT:
        return "a text";
    case KIND_NUMBER:
        return measure(key, memory_format("%" PRIu64, key->min),
                       memory_format("%" PRIu64, key->max));
    case KIND_SIZE:
        return measure(key, units_bytes(key->min), units_bytes(key->max));
    case KIND_TIME:
        return measure(key, units_microseconds(key->min), units_microseconds(key->max));
    case KIND_CHOICE:
        return alternatives(key->words);
    case KIND_TEXTS:
        return "a list of texts";
    case KIND_WORDS:
        return memory_format("a list of %s", alternatives(key->words));
    case KIND_NAMES:
        return "a list of names";
    case KIND_GRANTS:
        return memory_format("name: list of %s", alternatives(key->words));
    case KIND_LINKS:
        return "name: name";
    case KIND_ITEMS:
        return memory_format("name: %s", mappings[key->of].title);
    case KIND_MAPPING:
        return mappings[key->of].title;
    }
    return "";
}

static void put_mapping(struct output *out, enum mapping mapping)
{
    const char *title = strchr(mappings[mapping].title, ' ') + 1;
    bool has_keys = false;

    put(out, "\n## %s\n\n%s\n", title, mappings[mapping].text);
    for (size_t i = 0; i < key_count; i++) {
        const struct key *key = &keys[i];

        if (key->in != mapping)
            continue;
        if (!has_keys)
            put(out, "\n| key | value | default | meaning |\n|---|---|---|---|\n");
        has_keys = true;
        put(out, "| `%s` | %s | %s | %s |\n", key->name, value_of(key),
            key->is_required         ? "required"
            : key->otherwise != NULL ? memory_format("`%s`", key->otherwise)
                                     : "",
            key->text);
    }
}

struct output reference_make(void)
{
    struct output out = {0};

    put(&out,
        "# The system description\n\n"
        "One YAML file, `system.yaml`, in a folder of its own, describes a system. This page is\n"
        "generated from the table of keys that the builder reads by (`builder reference`), so\n"
        "that it is complete; docs/system.schema.json says the same to editors.\n\n"
        "Whatever is not here is an error, and so is what has no effect: a signal that nobody\n"
        "can send, a port that nobody may call. Sizes and times have units: `2 KiB`, `10 ms`.\n"
        "Numbers are decimal or begin with `0x`. The order of things means nothing. A list of\n"
        "one member may be written without brackets. A name has letters, digits and `_`,\n"
        "begins with a letter, and has at most 48 of them.\n");
    for (int i = 0; i < MAPPINGS; i++)
        put_mapping(&out, (enum mapping)i);
    return out;
}
