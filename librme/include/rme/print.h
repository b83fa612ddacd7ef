/* SPDX-License-Identifier: Unlicense
 *
 * Formatted output. Knows %d %u %x %p %s %c %%, a width and leading zeros; a long modifier is
 * accepted, every number being a word.
 */
#pragma once

#include <stddef.h>

/* On the console, which the process must have mapped. */
__attribute__((format(printf, 1, 2))) void rme_print(const char *text, ...);

/* Into a buffer of `size` bytes, at least 1: what does not fit is left out, and a zero ends it.
 * Returns the length that all of it has. */
__attribute__((format(printf, 3, 4))) size_t rme_format(char *buffer, size_t size, const char *text,
                                                        ...);
