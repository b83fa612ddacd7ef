/* SPDX-License-Identifier: Unlicense
 *
 * What all printf() functions are made of: every conversion of C17 but %n and wide characters; a
 * NaN is `nan`, whatever its sign, so that the text is the same on every machine.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* to(whom, text, length) gets the text, piece by piece. Returns the length of all. */
typedef void (*format_put_t)(void *whom, const char *text, size_t length);
int format_list(format_put_t to, void *whom, const char *format, va_list list);
