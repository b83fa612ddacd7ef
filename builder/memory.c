/* SPDX-License-Identifier: Unlicense */
#include "builder/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every piece has one of these in front. */
struct piece {
    struct piece *next;
    max_align_t content[];
};

static struct piece *pieces;

void *memory_take(size_t bytes)
{
    struct piece *piece = calloc(1, sizeof(*piece) + bytes);

    if (piece == NULL) {
        (void)fputs("builder: there is no memory left\n", stderr);
        exit(2);
    }
    piece->next = pieces;
    pieces = piece;
    return piece->content;
}

void memory_release(void)
{
    while (pieces != NULL) {
        struct piece *next = pieces->next;

        free(pieces);
        pieces = next;
    }
}

char *memory_text(const char *begin, size_t length)
{
    char *text = memory_take(length + 1);

    memcpy(text, begin, length);
    return text;
}

char *memory_format(const char *format, ...)
{
    va_list list, again;
    char *text;
    int length;

    va_start(list, format);
    va_copy(again, list);
    length = vsnprintf(NULL, 0, format, list);
    text = memory_take((size_t)length + 1);
    (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(list);
    return text;
}

void list_append(struct list *list, void *item)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 8 : 2 * list->room;
        void **items = memory_take(room * sizeof(*items));

        for (size_t i = 0; i < list->count; i++)
            items[i] = list->item[i];
        list->item = items;
        list->room = room;
    }
    list->item[list->count++] = item;
}

void *list_add(struct list *list, size_t bytes)
{
    void *item = memory_take(bytes);

    list_append(list, item);
    return item;
}

/* By insertion: lists are short. */
void list_sort(struct list *list, int (*compare)(const void *left, const void *right))
{
    for (size_t i = 1; i < list->count; i++) {
        void *item = list->item[i];
        size_t at = i;

        for (; at > 0 && compare(list->item[at - 1], item) > 0; at--)
            list->item[at] = list->item[at - 1];
        list->item[at] = item;
    }
}
