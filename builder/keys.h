/* SPDX-License-Identifier: Unlicense
 *
 * The one table of keys. From it come what the reader accepts, its defaults and its complaints, the
 * JSON Schema and the reference of the description (schema.c, reference.c).
 */
#pragma once

#include "builder/description.h"

/* The kinds of mappings. */
enum mapping {
    MAPPING_SYSTEM,
    MAPPING_SIGNAL,
    MAPPING_SHARED,
    MAPPING_PROCESS,
    MAPPING_THREAD,
    MAPPING_PORT,
    MAPPING_FUNCTION,
    MAPPING_RESTART,
    MAPPINGS
};

enum kind {
    KIND_NAME,    /* struct word: an identifier */
    KIND_TEXT,    /* struct word: anything but nothing */
    KIND_NUMBER,  /* struct number: min to max */
    KIND_SIZE,    /* struct number: bytes, with a unit */
    KIND_TIME,    /* struct number: microseconds, with a unit */
    KIND_CHOICE,  /* struct number: which of the words */
    KIND_TEXTS,   /* list of struct word: anything; one may stand alone */
    KIND_WORDS,   /* list of struct word: each one of the words */
    KIND_NAMES,   /* list of struct word: identifiers, or two with a dot between */
    KIND_GRANTS,  /* list of struct grant: name -> list of the words */
    KIND_LINKS,   /* list of struct grant: name -> a name */
    KIND_ITEMS,   /* list of structs: name -> a mapping of mapping `of` */
    KIND_MAPPING, /* one struct: a mapping of mapping `of` */
};

struct key {
    enum mapping in;
    const char *name;
    enum kind kind;
    enum mapping of;
    size_t offset;
    bool is_required;
    const char *otherwise; /* the default, as the file would have it; NULL: nothing */
    const char *words; /* that are chosen from, or (NUMBER, SIZE, TIME) that may stand instead */
    uint64_t min, max;
    const char *text; /* what it means, one or two sentences */
};

extern const struct key keys[];
extern const size_t key_count;

struct mapping_facts {
    const char *title; /* "a thread" */
    size_t bytes;      /* of its struct */
    const char *text;
};

extern const struct mapping_facts mappings[MAPPINGS];

/* The words of "a b c". */
struct list words_of(const char *text);
