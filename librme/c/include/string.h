/* SPDX-License-Identifier: Unlicense */
#pragma once

#include "rme/string.h"

void *memchr(const void *text, int c, size_t count);
char *strcat(char *restrict to, const char *restrict from);
char *strchr(const char *text, int c);
int strcoll(const char *left, const char *right);
char *strcpy(char *restrict to, const char *restrict from);
size_t strcspn(const char *text, const char *set);
char *strerror(int number);
char *strncat(char *restrict to, const char *restrict from, size_t count);
int strncmp(const char *left, const char *right, size_t count);
char *strncpy(char *restrict to, const char *restrict from, size_t count);
char *strpbrk(const char *text, const char *set);
char *strrchr(const char *text, int c);
size_t strspn(const char *text, const char *set);
char *strstr(const char *text, const char *part);
