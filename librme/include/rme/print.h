/* SPDX-License-Identifier: Unlicense
 *
 * Formatted output on the console, which the process must have mapped. Knows %d %u %x %p %s %c %%,
 * a width and leading zeros; a long modifier is accepted, every number being a word.
 */
#pragma once

__attribute__((format(printf, 1, 2))) void rme_print(const char *format, ...);
