/* SPDX-License-Identifier: Unlicense
 *
 * Memory of the builder: taken piece by piece, given back all at once, when the work is done.
 * Nothing here fails: a host without memory ends the program.
 */
#pragma once

#include <stddef.h>

/* Zeroed; valid until memory_release(). */
void *memory_take(size_t bytes);
void memory_release(void);

/* Texts that live as long. */
char *memory_text(const char *begin, size_t length);
__attribute__((format(printf, 1, 2))) char *memory_format(const char *format, ...);

/* A growing list of pointers. Zeros are an empty one. */
struct list {
    void **item;
    size_t count, room;
};

void list_append(struct list *list, void *item);

/* A new zeroed item of so many bytes. */
void *list_add(struct list *list, size_t bytes);

/* Sort, keeping the order of what is equal; compares items, not pointers to them. */
void list_sort(struct list *list, int (*compare)(const void *left, const void *right));

/* For each item of a list: LIST_EACH(thread, child, process->threads) { ... }. `continue` goes on
 * with the next; `break` would too, and is not used. */
#define LIST_EACH(TYPE, NAME, LIST)                                                                \
    for (size_t NAME##_at = 0; NAME##_at < (LIST).count; NAME##_at++)                              \
        for (struct TYPE *NAME = (LIST).item[NAME##_at]; NAME != NULL; NAME = NULL)
