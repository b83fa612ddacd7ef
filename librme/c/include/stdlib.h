/* SPDX-License-Identifier: Unlicense
 *
 * malloc() and its kind give out the heap that the description of the process has; NULL, and
 * ENOMEM: it has no such block left. They are for one thread of the process.
 */
#pragma once

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

void *malloc(size_t bytes);
void *calloc(size_t count, size_t bytes);
void *realloc(void *block, size_t bytes);
void free(void *block);

double strtod(const char *text, char **end);
long strtol(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);
long long strtoll(const char *text, char **end, int base);
unsigned long long strtoull(const char *text, char **end, int base);
double atof(const char *text);
int atoi(const char *text);
long atol(const char *text);

int abs(int x);
long labs(long x);
long long llabs(long long x);

void qsort(void *array, size_t count, size_t bytes, int (*compare)(const void *, const void *));
void *bsearch(const void *key, const void *array, size_t count, size_t bytes,
              int (*compare)(const void *, const void *));

/* End the calling thread as its return would: of main() that is the end of the process. */
__attribute__((noreturn)) void exit(int status);

/* Fault: the restart policy of the process has the word. */
__attribute__((noreturn)) void abort(void);

/* There are neither variables of an environment nor other programs: NULL, 0 and -1. */
char *getenv(const char *name);
int system(const char *command);
