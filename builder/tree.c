/* SPDX-License-Identifier: Unlicense */
#include "builder/tree.h"

#include <libfyaml.h>
#include <string.h>

enum { DEPTH_MAX = 16 };

static struct place place_of(const struct source *source, struct fy_token *token)
{
    const struct fy_mark *begin = token != NULL ? fy_token_start_mark(token) : NULL;
    const struct fy_mark *end = token != NULL ? fy_token_end_mark(token) : NULL;
    struct place at = {.source = source};

    if (begin == NULL || begin->line < 0 || begin->column < 0)
        return at;
    at.line = (unsigned)begin->line + 1;
    at.column = (unsigned)begin->column + 1;
    at.length = 1;
    if (end != NULL && end->line == begin->line && end->column > begin->column)
        at.length = (unsigned)(end->column - begin->column);
    return at;
}

static struct node *convert(const struct source *source, struct fy_node *from, struct place around,
                            unsigned depth);

static struct node *convert_scalar(const struct source *source, struct fy_node *from,
                                   struct node *node)
{
    size_t length = 0;
    const char *text = fy_node_get_scalar(from, &length);

    struct place at = place_of(source, fy_node_get_scalar_token(from));

    if (at.line != 0) /* an empty word has no place but that of its key */
        node->at = at;
    node->text = memory_text(text != NULL ? text : "", text != NULL ? length : 0);
    node->is_plain = fy_node_get_style(from) == FYNS_PLAIN;
    if (fy_node_is_alias(from))
        complain(node->at, "write out what is meant", "a description has no aliases");
    if (strlen(node->text) != length)
        complain(node->at, NULL, "this text has a zero in it");
    return node;
}

static void convert_list(const struct source *source, struct fy_node *from, struct node *node,
                         unsigned depth)
{
    struct fy_node *item;
    void *next = NULL;

    while ((item = fy_node_sequence_iterate(from, &next)) != NULL)
        list_append(&node->items, convert(source, item, node->at, depth));
}

static void convert_mapping(const struct source *source, struct fy_node *from, struct node *node,
                            unsigned depth)
{
    struct fy_node_pair *item;
    void *next = NULL;

    while ((item = fy_node_mapping_iterate(from, &next)) != NULL) {
        struct pair *pair = memory_take(sizeof(*pair));
        struct fy_node *key = fy_node_pair_key(item);

        if (key == NULL || !fy_node_is_scalar(key)) {
            complain(node->at, NULL, "a key is a word");
            continue;
        }
        pair->key = convert(source, key, node->at, depth);
        pair->value = convert(source, fy_node_pair_value(item), pair->key->at, depth);
        if (tree_value(node, pair->key->text) != NULL)
            complain(pair->key->at, "remove one of them", "the key '%s' is here twice",
                     pair->key->text);
        else
            list_append(&node->items, pair);
    }
}

/* A mapping or list has no token of its own: its place is that of its key, or of what holds it. */
static struct node *convert(const struct source *source, struct fy_node *from, struct place around,
                            unsigned depth)
{
    struct node *node = memory_take(sizeof(*node));

    node->at = around;
    node->text = "";
    node->is_plain = true;
    if (from == NULL)
        return node; /* nothing behind a key: an empty word */
    if (fy_node_get_tag(from, NULL) != NULL)
        complain(around, "remove it", "a tag means nothing here");
    if (depth == DEPTH_MAX) {
        complain(around, NULL, "this is nested too deeply");
        return node;
    }
    if (fy_node_is_scalar(from))
        return convert_scalar(source, from, node);
    node->kind = fy_node_is_sequence(from) ? NODE_LIST : NODE_MAPPING;
    if (node->kind == NODE_LIST)
        convert_list(source, from, node, depth + 1);
    else
        convert_mapping(source, from, node, depth + 1);
    return node;
}

/* What the library found, in its own words. */
static void pass_on(const struct source *source, struct fy_diag *diag)
{
    struct fy_diag_error *error;
    void *next = NULL;
    size_t before = complaints();

    while ((error = fy_diag_errors_iterate(diag, &next)) != NULL) {
        struct place at = {.source = source, .length = 1};

        at.line = error->line > 0 ? (unsigned)error->line : 0;
        at.column = error->column > 0 ? (unsigned)error->column : 1;
        complain(at, NULL, "this is no YAML: %s", error->msg != NULL ? error->msg : "unknown");
    }
    if (complaints() == before)
        complain((struct place){.source = source}, NULL, "this file is no YAML");
}

static void ignore(struct fy_diag *diag, void *user, const char *buffer, size_t length)
{
    (void)diag;
    (void)user;
    (void)buffer;
    (void)length;
}

/* The one document of a file: a second one would go unread. */
static struct fy_document *load(const struct source *source, struct fy_parser *parser)
{
    const struct place begin = {source, 1, 1, 1};
    struct fy_document *document = fy_parse_load_document(parser), *second = NULL;

    if (document == NULL)
        return NULL;
    second = fy_parse_load_document(parser);
    if (second != NULL)
        complain(begin, "a description is one document: remove what is behind '---'",
                 "this file has two documents");
    fy_parse_document_destroy(parser, second);
    return document;
}

static struct node *parse(const struct source *source, struct fy_parser *parser,
                          struct fy_diag *diag)
{
    const struct place begin = {source, 1, 1, 1};
    struct fy_document *document = load(source, parser);
    struct node *root = NULL;

    if (fy_parser_get_stream_error(parser))
        pass_on(source, diag);
    else if (document == NULL || fy_document_root(document) == NULL)
        complain(begin, "begin with ./rme new", "this file is empty");
    else
        root = convert(source, fy_document_root(document), begin, 0);
    fy_parse_document_destroy(parser, document);
    return root;
}

/* Bytes of the character that begins here; 0: it is no UTF-8, or a control character. */
static size_t character(const unsigned char *text, size_t left)
{
    size_t bytes = text[0] < 0x80 ? 1 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;

    if (text[0] < 0x80)
        return text[0] >= ' ' || (text[0] >= '\t' && text[0] <= '\r') ? 1 : 0;
    if (text[0] < 0xC2 || text[0] > 0xF4 || bytes > left)
        return 0;
    for (size_t i = 1; i < bytes; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return bytes;
}

/* The library is given text alone. */
static bool is_text(const struct source *source)
{
    struct place at = {source, 1, 1, 1};
    const unsigned char *text = (const unsigned char *)source->text;

    for (size_t i = 0, bytes; i < source->bytes; i += bytes) {
        bytes = character(text + i, source->bytes - i);
        if (bytes == 0) {
            complain(at, "save it as UTF-8", "here is no text: byte 0x%02x", text[i]);
            return false;
        }
        at.column = text[i] == '\n' ? 1 : at.column + 1;
        at.line += text[i] == '\n' ? 1 : 0;
    }
    return true;
}

/* A directive is a line that begins with '%'. None has a meaning here, and one that is no text
 * makes libfyaml 0.7.12 look for its end for ever. */
static bool has_directive(const struct source *source)
{
    struct place at = {source, 1, 1, 1};
    bool is_begin = true;

    for (size_t i = 0; i < source->bytes; i++) {
        if (is_begin && source->text[i] == '%') {
            complain(at, "remove this line", "a description has no directives");
            return true;
        }
        is_begin = source->text[i] == '\n' || source->text[i] == '\r';
        at.line += source->text[i] == '\n' ? 1 : 0;
    }
    return false;
}

struct node *tree_read(const struct source *source)
{
    struct fy_diag_cfg quiet = {.output_fn = ignore, .level = FYET_ERROR, .module_mask = ~0u};
    struct fy_diag *diag = fy_diag_create(&quiet);
    struct fy_parse_cfg config = {
        .flags = FYPCF_COLLECT_DIAG | FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_JSON_NONE |
                 FYPCF_DEFAULT_VERSION_1_2,
        .diag = diag,
    };
    struct fy_parser *parser = fy_parser_create(&config);
    struct node *root = NULL;

    fy_diag_set_collect_errors(diag, true);
    if (parser != NULL && is_text(source) && !has_directive(source) &&
        fy_parser_set_string(parser, source->text, source->bytes) == 0)
        root = parse(source, parser, diag);
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return root;
}

struct node *tree_value(const struct node *mapping, const char *key)
{
    if (mapping == NULL || mapping->kind != NODE_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->items.count; i++) {
        const struct pair *pair = mapping->items.item[i];

        if (strcmp(pair->key->text, key) == 0)
            return pair->value;
    }
    return NULL;
}

struct node *tree_find(const struct node *mapping, const char *path)
{
    const char *dot = strchr(path, '.');

    if (dot == NULL)
        return tree_value(mapping, path);
    return tree_find(tree_value(mapping, memory_text(path, (size_t)(dot - path))), dot + 1);
}
