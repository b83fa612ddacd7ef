/* SPDX-License-Identifier: Unlicense */
#include <stdio.h>

#include "drivers/console.h"
#include "files.h"
#include "format.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A file is read where it lies. */
struct rme_stream {
    bool is_console, is_open, is_at_end, has_failed;
    int pushed; /* back by ungetc(), and not read again; EOF: nothing */
    const unsigned char *begin, *at, *end;
};

enum { STREAMS = FOPEN_MAX - 3 };

static struct rme_stream input = {.pushed = EOF}, output = {.is_console = true, .pushed = EOF},
                         errors = {.is_console = true, .pushed = EOF};
static struct rme_stream files[STREAMS];

FILE *const stdin = &input, *const stdout = &output, *const stderr = &errors;

/* ---- Output ---- */

static void put(char c)
{
    if (c == '\n')
        console_put('\r');
    console_put(c);
}

size_t fwrite(const void *from, size_t size, size_t count, FILE *stream)
{
    const char *text = from;

    if (!stream->is_console) {
        stream->has_failed = true;
        return 0;
    }
    for (size_t i = 0; i < size * count; i++)
        put(text[i]);
    return size != 0 ? count : 0;
}

int fputc(int c, FILE *stream)
{
    char byte = (char)c;

    return fwrite(&byte, 1, 1, stream) == 1 ? (unsigned char)byte : EOF;
}

int putc(int c, FILE *stream)
{
    return fputc(c, stream);
}

int putchar(int c)
{
    return fputc(c, stdout);
}

int fputs(const char *text, FILE *stream)
{
    size_t length = strlen(text);

    return fwrite(text, 1, length, stream) == length ? 0 : EOF;
}

int puts(const char *text)
{
    return fputs(text, stdout) == EOF ? EOF : fputc('\n', stdout);
}

static void write_out(void *stream, const char *text, size_t length)
{
    (void)fwrite(text, 1, length, stream);
}

int vfprintf(FILE *stream, const char *format, va_list list)
{
    return format_list(write_out, stream, format, list);
}

int vprintf(const char *format, va_list list)
{
    return vfprintf(stdout, format, list);
}

int fprintf(FILE *stream, const char *format, ...)
{
    va_list list;
    int length;

    va_start(list, format);
    length = vfprintf(stream, format, list);
    va_end(list);
    return length;
}

int printf(const char *format, ...)
{
    va_list list;
    int length;

    va_start(list, format);
    length = vfprintf(stdout, format, list);
    va_end(list);
    return length;
}

/* ---- Input ---- */

int fgetc(FILE *stream)
{
    int c = stream->pushed;

    stream->pushed = EOF;
    if (c != EOF)
        return c;
    if (stream->at != stream->end)
        return *stream->at++;
    stream->is_at_end = true;
    return EOF;
}

int getc(FILE *stream)
{
    return fgetc(stream);
}

int getchar(void)
{
    return fgetc(stdin);
}

int ungetc(int c, FILE *stream)
{
    if (c == EOF || stream->pushed != EOF)
        return EOF;
    stream->is_at_end = false;
    stream->pushed = (unsigned char)c;
    return stream->pushed;
}

char *fgets(char *buffer, int size, FILE *stream)
{
    int length = 0, c = 0;

    while (length < size - 1 && c != '\n' && (c = fgetc(stream)) != EOF)
        buffer[length++] = (char)c;
    if (length == 0)
        return NULL;
    buffer[length] = '\0';
    return buffer;
}

size_t fread(void *to, size_t size, size_t count, FILE *stream)
{
    unsigned char *bytes = to;
    size_t length = 0;
    int c = 0;

    while (length < size * count && (c = fgetc(stream)) != EOF)
        bytes[length++] = (unsigned char)c;
    return size != 0 ? length / size : 0;
}

/* ---- Files ---- */

static FILE *fail(int error)
{
    errno = error;
    return NULL;
}

static const struct rme_file *find(const char *name)
{
    for (const struct rme_file *file = rme_files; file->name != NULL; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}

static FILE *open_as(struct rme_stream *stream, const char *name, const char *mode)
{
    const struct rme_file *file = find(name);

    if (file == NULL)
        return fail(ENOENT);
    if (mode[0] != 'r' || strchr(mode, '+') != NULL)
        return fail(EROFS);
    *stream = (struct rme_stream){
        .is_open = true, .pushed = EOF, .begin = file->begin, .at = file->begin, .end = file->end};
    return stream;
}

FILE *fopen(const char *name, const char *mode)
{
    for (size_t i = 0; i < STREAMS; i++)
        if (!files[i].is_open)
            return open_as(&files[i], name, mode);
    return fail(EMFILE);
}

FILE *freopen(const char *name, const char *mode, FILE *stream)
{
    if (name == NULL)
        return stream;
    (void)fclose(stream);
    return open_as(stream, name, mode);
}

static void end(struct rme_stream *stream)
{
    *stream = (struct rme_stream){.pushed = EOF};
}

int fclose(FILE *stream)
{
    end(stream);
    return 0;
}

FILE *tmpfile(void)
{
    return fail(EROFS);
}

char *tmpnam(char *name)
{
    (void)name;
    return NULL;
}

int remove(const char *name)
{
    errno = find(name) != NULL ? EROFS : ENOENT;
    return -1;
}

int rename(const char *from, const char *to)
{
    (void)to;
    return remove(from);
}

int fflush(FILE *stream)
{
    (void)stream;
    return 0;
}

int feof(FILE *stream)
{
    return stream->is_at_end;
}

int ferror(FILE *stream)
{
    return stream->has_failed;
}

void clearerr(FILE *stream)
{
    stream->is_at_end = stream->has_failed = false;
}

int fseek(FILE *stream, long offset, int whence)
{
    const long size = stream->end - stream->begin, at = stream->at - stream->begin;
    const long from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? at : size;

    if (!stream->is_open || offset < -from || offset > size - from) {
        errno = EINVAL;
        return -1;
    }
    stream->at = stream->begin + from + offset;
    stream->pushed = EOF;
    stream->is_at_end = false;
    return 0;
}

long ftell(FILE *stream)
{
    if (!stream->is_open) {
        errno = EINVAL;
        return -1;
    }
    return stream->at - stream->begin - (stream->pushed != EOF ? 1 : 0);
}

int setvbuf(FILE *stream, char *buffer, int mode, size_t size)
{
    (void)stream;
    (void)buffer;
    (void)mode;
    (void)size;
    return 0;
}
