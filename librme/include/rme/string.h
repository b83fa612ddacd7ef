/* SPDX-License-Identifier: Unlicense
 *
 * A few functions of the C library's <string.h>, with its contracts.
 */
#pragma once

#include <stddef.h>

void *memset(void *to, int byte, size_t count);
void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
int memcmp(const void *left, const void *right, size_t count);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
