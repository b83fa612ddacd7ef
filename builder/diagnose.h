/* SPDX-License-Identifier: Unlicense
 *
 * What is wrong with a description, and where. Complaints are collected, so that one run tells all
 * of them, and printed in the order of the file:
 *
 *   system.yaml:7:9: no key of a thread is called 'prioritty'
 *      7 |         prioritty: 4
 *        |         ^~~~~~~~~
 *        = did you mean 'priority'?
 */
#pragma once

#include "builder/memory.h"

#include <stdbool.h>
#include <stdio.h>

/* A file that was read. */
struct source {
    const char *path; /* as the user wrote it */
    const char *text;
    size_t bytes;
};

/* Where something stands: counted from 1, columns in characters. Line 0: the file as a whole. */
struct place {
    const struct source *source;
    unsigned line, column, length;
};

/* The text of a file of at most a mebibyte; NULL, and a complaint: it cannot be read. */
struct source *source_read(const char *path);

/* Something is wrong; `advice` says what would be right, or is NULL. The same complaint about the
 * same place counts once. */
__attribute__((format(printf, 3, 4))) void complain(struct place at, const char *advice,
                                                    const char *format, ...);

size_t complaints(void);

/* Print and forget all of them. */
void complaints_print(FILE *out);

/* Advice: "did you mean 'x'?" when one of the words is close to `word`, else the words themselves
 * behind `otherwise`. */
const char *suggest(const char *word, const struct list *words, const char *otherwise);

/* "a, b and c" */
const char *enumerate(const struct list *words);
