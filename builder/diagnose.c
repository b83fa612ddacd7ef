/* SPDX-License-Identifier: Unlicense */
#include "builder/diagnose.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCE_MAX = 1 << 20, SHOWN_WORDS = 24, SHOWN_COLUMNS = 160 };

struct complaint {
    struct place at;
    const char *text, *advice;
};

static struct list all;

struct source *source_read(const char *path)
{
    struct source *source = memory_take(sizeof(*source));
    FILE *file = fopen(path, "rb");
    char *text;

    source->path = path;
    source->text = "";
    if (file == NULL) {
        complain((struct place){.source = source}, NULL, "this file cannot be read");
        return NULL;
    }
    text = memory_take(SOURCE_MAX + 1);
    source->bytes = fread(text, 1, SOURCE_MAX + 1, file);
    (void)fclose(file);
    source->text = text;
    if (source->bytes > SOURCE_MAX) {
        complain((struct place){.source = source}, NULL, "this file has more than a mebibyte");
        return NULL;
    }
    return source;
}

static bool is_same(const struct complaint *left, const struct complaint *right)
{
    return left->at.source == right->at.source && left->at.line == right->at.line &&
           left->at.column == right->at.column && strcmp(left->text, right->text) == 0;
}

void complain(struct place at, const char *advice, const char *format, ...)
{
    struct complaint *complaint = memory_take(sizeof(*complaint));
    va_list list;
    char *text;
    int length;

    va_start(list, format);
    length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    text = memory_take((size_t)length + 1);
    va_start(list, format);
    (void)vsnprintf(text, (size_t)length + 1, format, list);
    va_end(list);
    *complaint = (struct complaint){at, text, advice};
    for (size_t i = 0; i < all.count; i++)
        if (is_same(all.item[i], complaint))
            return;
    list_append(&all, complaint);
}

size_t complaints(void)
{
    return all.count;
}

static int by_place(const void *left, const void *right)
{
    const struct place *a = &((const struct complaint *)left)->at;
    const struct place *b = &((const struct complaint *)right)->at;

    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return 0;
}

/* The line of a place, without its end; NULL: there is none. */
static const char *find_line(const struct place *at, size_t *length)
{
    const char *text = at->source->text, *end = text + at->source->bytes;

    for (unsigned line = 1; line < at->line; line++) {
        const char *next = memchr(text, '\n', (size_t)(end - text));

        if (next == NULL)
            return NULL;
        text = next + 1;
    }
    *length = strcspn(text, "\r\n");
    if (*length > (size_t)(end - text))
        *length = (size_t)(end - text);
    return text;
}

/* Tabs stay tabs, so that the caret stands below its character; what is no text becomes a dot. */
static void print_source(FILE *out, const struct place *at)
{
    size_t length = 0;
    const char *line = find_line(at, &length);
    unsigned column = 1;

    if (line == NULL)
        return;
    if (length > SHOWN_COLUMNS)
        length = SHOWN_COLUMNS;
    (void)fprintf(out, "%5u | ", at->line);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line[i];

        (void)fputc((c < ' ' && c != '\t') || c == 0x7F ? '.' : c, out);
    }
    (void)fputs("\n      | ", out);
    for (size_t i = 0; i < length && column < at->column; i++) {
        unsigned char c = (unsigned char)line[i];

        if ((c & 0xC0) == 0x80)
            continue; /* inside a character of several bytes */
        (void)fputc(c == '\t' ? '\t' : ' ', out);
        column++;
    }
    (void)fputc('^', out);
    for (unsigned i = 1; i < at->length && column + i <= SHOWN_COLUMNS; i++)
        (void)fputc('~', out);
    (void)fputc('\n', out);
}

void complaints_print(FILE *out)
{
    list_sort(&all, by_place);
    for (size_t i = 0; i < all.count; i++) {
        const struct complaint *complaint = all.item[i];
        const struct place *at = &complaint->at;

        if (at->source == NULL)
            (void)fprintf(out, "builder: %s\n", complaint->text);
        else if (at->line == 0)
            (void)fprintf(out, "%s: %s\n", at->source->path, complaint->text);
        else
            (void)fprintf(out, "%s:%u:%u: %s\n", at->source->path, at->line, at->column,
                          complaint->text);
        if (at->source != NULL && at->line != 0)
            print_source(out, at);
        if (complaint->advice != NULL)
            (void)fprintf(out, "      = %s\n", complaint->advice);
    }
    all = (struct list){0};
}

/* ---- Did you mean ---- */

/* Letters to add, remove, change or exchange with the next one; small and capital ones are alike.
 */
enum { WORD_MAX = 64 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool is_alike(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned distance(const char *left, const char *right)
{
    static unsigned rows[WORD_MAX + 1][WORD_MAX + 1];
    size_t n = strlen(left), m = strlen(right);

    if (n > WORD_MAX || m > WORD_MAX)
        return WORD_MAX;
    for (size_t i = 0; i <= n; i++)
        rows[i][0] = (unsigned)i;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            unsigned best = rows[i - 1][j - 1] + (is_alike(left[i - 1], right[j - 1]) ? 0 : 1);

            best = least(best, least(rows[i - 1][j], rows[i][j - 1]) + 1);
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                best = least(best, rows[i - 2][j - 2] + 1);
            rows[i][j] = best;
        }
    }
    return rows[n][m];
}

static const char *closest(const char *word, const struct list *words)
{
    unsigned best = ((unsigned)strlen(word) + 1) / 3;
    const char *found = NULL;

    for (size_t i = 0; i < words->count; i++) {
        unsigned far = distance(word, words->item[i]);

        if (far < best || (far == best && found == NULL)) {
            best = far;
            found = words->item[i];
        }
    }
    return found;
}

const char *enumerate(const struct list *words)
{
    const char *text = "";

    for (size_t i = 0; i < words->count; i++) {
        const char *between = i == 0 ? "" : i + 1 == words->count ? " and " : ", ";

        if (i == SHOWN_WORDS)
            return memory_format("%s and %zu more", text, words->count - i);
        text = memory_format("%s%s%s", text, between, (const char *)words->item[i]);
    }
    return text;
}

const char *suggest(const char *word, const struct list *words, const char *otherwise)
{
    const char *found = closest(word, words);

    if (found != NULL)
        return memory_format("did you mean '%s'?", found);
    if (words->count == 0)
        return memory_format("%s none", otherwise);
    return memory_format("%s %s", otherwise, enumerate(words));
}
