/* SPDX-License-Identifier: Unlicense
 *
 * From the tree to the description, by the table of keys alone.
 */
#include "builder/keys.h"
#include "builder/tree.h"
#include "builder/units.h"

#include <ctype.h>
#include <string.h>

static void read_mapping_of(enum mapping mapping, const struct node *node, void *object);

static struct word word_of(const struct node *node)
{
    return (struct word){node->text, node->at};
}

/* What a value should have been, for advice. */
static const char *shape_of(const struct key *key)
{
    static const char *const shapes[] = {
        [KIND_NAME] = "a name",
        [KIND_TEXT] = "a text",
        [KIND_NUMBER] = "a number",
        [KIND_SIZE] = "a size with its unit: 512 B, 2 KiB or 1 MiB",
        [KIND_TIME] = "a time with its unit: 50 us, 10 ms or 2 s",
        [KIND_CHOICE] = "one word",
        [KIND_TEXTS] = "a list of texts: [a, b]",
        [KIND_WORDS] = "a list of words",
        [KIND_NAMES] = "a list of names: [a, b]",
        [KIND_GRANTS] = "names with lists of words: {a: [read]}",
        [KIND_LINKS] = "names with names: {a: b}",
        [KIND_ITEMS] = "names, each with keys of its own: {a: {...}}",
        [KIND_MAPPING] = "keys with values: {...}",
    };
    const char *shape = shapes[key->kind];

    if (key->words == NULL)
        return memory_format("'%s' is %s", key->name, shape);
    if (key->kind == KIND_NUMBER || key->kind == KIND_SIZE || key->kind == KIND_TIME)
        return memory_format("'%s' is %s, or %s", key->name, shape, key->words);
    return memory_format("'%s' is %s; there are: %s", key->name, shape, key->words);
}

static bool is_shape(const struct key *key, const struct node *node, enum node_kind kind)
{
    static const char *const found[] = {"a word", "a list", "a mapping"};

    if (node->kind == kind && (kind != NODE_SCALAR || node->text[0] != '\0'))
        return true;
    complain(node->at, shape_of(key), "'%s' cannot be %s", key->name,
             node->kind == NODE_SCALAR && node->text[0] == '\0' ? "nothing" : found[node->kind]);
    return false;
}

/* ---- Words ---- */

static bool is_identifier(const char *text, size_t length)
{
    enum { NAME_MAX_LENGTH = 48 };

    if (length == 0 || length > NAME_MAX_LENGTH || !(isalpha((unsigned char)text[0]) != 0))
        return false;
    for (size_t i = 0; i < length; i++)
        if (isalnum((unsigned char)text[i]) == 0 && text[i] != '_')
            return false;
    return true;
}

static bool is_name(const struct node *node)
{
    if (is_identifier(node->text, strlen(node->text)))
        return true;
    complain(node->at,
             "a name has letters, digits and '_', begins with a letter, and is not longer than 48",
             "'%s' is no name", node->text);
    return false;
}

static bool is_dotted(const struct node *node)
{
    const char *dot = strchr(node->text, '.');

    if (dot != NULL && is_identifier(node->text, (size_t)(dot - node->text)) &&
        is_identifier(dot + 1, strlen(dot + 1)))
        return true;
    complain(node->at, "write PROCESS.PORT", "'%s' does not name a port", node->text);
    return false;
}

static bool index_of(const struct key *key, const struct node *node, uint64_t *index)
{
    struct list words = words_of(key->words);

    for (*index = 0; *index < words.count; (*index)++)
        if (strcmp(words.item[*index], node->text) == 0)
            return true;
    complain(node->at, suggest(node->text, &words, "there are:"), "'%s' has no word '%s'",
             key->name, node->text);
    return false;
}

/* ---- Values ---- */

static void read_number(const struct key *key, const struct node *node, struct number *number)
{
    const char *wrong = NULL;

    number->at = node->at;
    number->is_given = true;
    number->is_word = false;
    if (!is_shape(key, node, NODE_SCALAR))
        return;
    if (key->kind == KIND_CHOICE) {
        (void)index_of(key, node, &number->value);
        return;
    }
    if (key->words != NULL && strcmp(node->text, key->words) == 0) {
        number->is_word = true;
        return;
    }
    if (key->kind == KIND_NUMBER)
        wrong = units_number(node->text, &number->value);
    else if (key->kind == KIND_SIZE)
        wrong = units_size(node->text, &number->value);
    else
        wrong = units_time(node->text, &number->value);
    if (wrong != NULL)
        complain(node->at, shape_of(key), "'%s' %s", node->text, wrong);
    else if (number->value < key->min || number->value > key->max)
        complain(node->at, units_range(key->kind, key->min, key->max), "'%s' cannot be %s",
                 key->name, node->text);
    else
        return;
    number->value = key->min; /* nobody complains about it again */
}

static void read_one(const struct key *key, const struct node *node, struct list *list)
{
    struct word *word;
    uint64_t index;
    bool is_good = true;

    if (!is_shape(key, node, NODE_SCALAR))
        return;
    if (key->kind == KIND_NAMES)
        is_good = is_dotted(node);
    if (key->kind == KIND_WORDS || key->kind == KIND_GRANTS)
        is_good = index_of(key, node, &index);
    if (key->kind == KIND_LINKS)
        is_good = is_name(node);
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(((struct word *)list->item[i])->text, node->text) == 0) {
            complain(node->at, "remove one of them", "'%s' is here twice", node->text);
            return;
        }
    }
    if (!is_good)
        return;
    word = list_add(list, sizeof(*word));
    *word = word_of(node);
}

/* A list, or its only member alone. */
static void read_list(const struct key *key, const struct node *node, struct list *list)
{
    if (node->kind != NODE_LIST) {
        read_one(key, node, list);
        return;
    }
    if (node->items.count == 0)
        complain(node->at, "leave the key out, or name something", "'%s' is empty", key->name);
    for (size_t i = 0; i < node->items.count; i++)
        read_one(key, node->items.item[i], list);
}

static void read_grants(const struct key *key, const struct node *node, struct list *list)
{
    for (size_t i = 0; i < node->items.count; i++) {
        const struct pair *pair = node->items.item[i];
        struct grant *grant;

        if (!is_name(pair->key))
            continue;
        grant = list_add(list, sizeof(*grant));
        grant->name = word_of(pair->key);
        if (key->kind == KIND_LINKS)
            read_one(key, pair->value, &grant->words);
        else
            read_list(key, pair->value, &grant->words);
    }
}

static void read_items(const struct key *key, const struct node *node, struct list *list)
{
    for (size_t i = 0; i < node->items.count; i++) {
        const struct pair *pair = node->items.item[i];
        struct word *item;

        if (!is_name(pair->key))
            continue;
        item = list_add(list, mappings[key->of].bytes);
        *item = word_of(pair->key);
        read_mapping_of(key->of, pair->value, item);
    }
}

static void read_mapping(const struct key *key, const struct node *node, void *field)
{
    if (!is_shape(key, node, NODE_MAPPING))
        return;
    if (node->items.count == 0 && key->kind != KIND_MAPPING)
        complain(node->at, "leave the key out, or name something", "'%s' is empty", key->name);
    if (key->kind == KIND_ITEMS)
        read_items(key, node, field);
    else if (key->kind == KIND_MAPPING)
        read_mapping_of(key->of, node, field);
    else
        read_grants(key, node, field);
}

static void read_word(const struct key *key, const struct node *node, struct word *word)
{
    if (is_shape(key, node, NODE_SCALAR) && (key->kind == KIND_TEXT || is_name(node)))
        *word = word_of(node);
    else
        *word = (struct word){key->otherwise, node->at}; /* so that nothing is missing later */
}

static void read_value(const struct key *key, const struct node *node, void *object)
{
    void *field = (char *)object + key->offset;

    switch (key->kind) {
    case KIND_NAME:
    case KIND_TEXT:
        read_word(key, node, field);
        break;
    case KIND_NUMBER:
    case KIND_SIZE:
    case KIND_TIME:
    case KIND_CHOICE:
        read_number(key, node, field);
        break;
    case KIND_TEXTS:
    case KIND_WORDS:
    case KIND_NAMES:
        read_list(key, node, field);
        break;
    case KIND_GRANTS:
    case KIND_LINKS:
    case KIND_ITEMS:
    case KIND_MAPPING:
        read_mapping(key, node, field);
        break;
    }
}

/* ---- Mappings ---- */

/* Defaults are read like values, from the text that the reference shows. */
static void set_default(const struct key *key, struct place at, void *object)
{
    struct node node = {.kind = NODE_SCALAR, .at = at, .text = key->otherwise, .is_plain = true};
    struct list words = words_of(key->otherwise);

    if (key->kind != KIND_WORDS) {
        read_value(key, &node, object);
        if (key->kind == KIND_NUMBER || key->kind == KIND_SIZE || key->kind == KIND_TIME ||
            key->kind == KIND_CHOICE)
            ((struct number *)(void *)((char *)object + key->offset))->is_given = false;
        return;
    }
    for (size_t i = 0; i < words.count; i++) {
        node.text = words.item[i];
        read_value(key, &node, object);
    }
}

static const struct key *find_key(enum mapping mapping, const char *name)
{
    for (size_t i = 0; i < key_count; i++)
        if (keys[i].in == mapping && strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static struct list names_of(enum mapping mapping)
{
    struct list names = {0};

    for (size_t i = 0; i < key_count; i++)
        if (keys[i].in == mapping)
            list_append(&names, memory_format("%s", keys[i].name));
    return names;
}

static void read_pairs(enum mapping mapping, const struct node *node, void *object)
{
    struct list names = names_of(mapping);

    for (size_t i = 0; i < node->items.count; i++) {
        const struct pair *pair = node->items.item[i];
        const struct key *key = find_key(mapping, pair->key->text);

        if (key != NULL)
            read_value(key, pair->value, object);
        else
            complain(pair->key->at, suggest(pair->key->text, &names, "its keys are:"),
                     "no key of %s is called '%s'", mappings[mapping].title, pair->key->text);
    }
}

static void read_mapping_of(enum mapping mapping, const struct node *node, void *object)
{
    bool is_mapping = node->kind == NODE_MAPPING;

    if (mapping == MAPPING_RESTART)
        ((struct restart *)object)->name = word_of(node);
    if (!is_mapping && !(node->kind == NODE_SCALAR && node->text[0] == '\0'))
        complain(node->at, "write KEY: VALUE below it, or {}", "%s is a mapping",
                 mappings[mapping].title);
    if (is_mapping)
        read_pairs(mapping, node, object);
    for (size_t i = 0; i < key_count; i++) {
        if (keys[i].in != mapping || tree_value(node, keys[i].name) != NULL)
            continue;
        if (keys[i].is_required)
            complain(node->at, shape_of(&keys[i]), "%s must have the key '%s'",
                     mappings[mapping].title, keys[i].name);
        if (keys[i].otherwise != NULL)
            set_default(&keys[i], node->at, object);
    }
}

struct system *description_read(const struct source *source)
{
    struct node *root = tree_read(source);
    struct system *system = memory_take(sizeof(*system));

    if (root == NULL)
        return NULL;
    system->source = source;
    read_mapping_of(MAPPING_SYSTEM, root, system);
    return system;
}
