/* SPDX-License-Identifier: Unlicense
 *
 * A YAML file as a tree in which everything knows its place. The one file that knows libfyaml is
 * tree.c. What a description has no use for is a complaint: aliases, tags, keys twice.
 */
#pragma once

#include "builder/diagnose.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAPPING };

struct node {
    enum node_kind kind;
    struct place at;
    const char *text;  /* scalar */
    bool is_plain;     /* scalar without quotes */
    struct list items; /* of a list: struct node; of a mapping: struct pair */
};

struct pair {
    struct node *key; /* a scalar */
    struct node *value;
};

/* NULL, and complaints: it is no YAML, or empty. */
struct node *tree_read(const struct source *source);

/* The value of a key, or NULL; the second form goes down several levels, "chip.console.base". */
struct node *tree_value(const struct node *mapping, const char *key);
struct node *tree_find(const struct node *mapping, const char *path);
