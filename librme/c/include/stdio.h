/* SPDX-License-Identifier: Unlicense
 *
 * Streams: stdout and stderr are the console, which the process must have; stdin is at its end. The
 * files that the description names can be opened to be read, by their names, FOPEN_MAX less 3 at a
 * time; others are not there, and none can be made or changed. Nothing is buffered.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

typedef struct rme_stream FILE;

extern FILE *const stdin, *const stdout, *const stderr;
#define stdin  stdin
#define stdout stdout
#define stderr stderr

#define EOF          (-1)
#define BUFSIZ       256
#define FILENAME_MAX 64
#define FOPEN_MAX    8
#define L_tmpnam     64
#define TMP_MAX      0
#define SEEK_SET     0
#define SEEK_CUR     1
#define SEEK_END     2
#define _IOFBF       0
#define _IOLBF       1
#define _IONBF       2

int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
int sprintf(char *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int vprintf(const char *format, va_list list) __attribute__((format(printf, 1, 0)));
int vfprintf(FILE *stream, const char *format, va_list list) __attribute__((format(printf, 2, 0)));
int vsprintf(char *buffer, const char *format, va_list list) __attribute__((format(printf, 2, 0)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list list)
    __attribute__((format(printf, 3, 0)));

int fputc(int c, FILE *stream);
int putc(int c, FILE *stream);
int putchar(int c);
int fputs(const char *text, FILE *stream);
int puts(const char *text);
size_t fwrite(const void *from, size_t size, size_t count, FILE *stream);

int fgetc(FILE *stream);
int getc(FILE *stream);
int getchar(void);
int ungetc(int c, FILE *stream);
char *fgets(char *buffer, int size, FILE *stream);
size_t fread(void *to, size_t size, size_t count, FILE *stream);

FILE *fopen(const char *name, const char *mode);
FILE *freopen(const char *name, const char *mode, FILE *stream);
int fclose(FILE *stream);
int fflush(FILE *stream);
int feof(FILE *stream);
int ferror(FILE *stream);
void clearerr(FILE *stream);
int fseek(FILE *stream, long offset, int whence);
long ftell(FILE *stream);
int setvbuf(FILE *stream, char *buffer, int mode, size_t size);
FILE *tmpfile(void);
char *tmpnam(char *name);
int remove(const char *name);
int rename(const char *from, const char *to);
