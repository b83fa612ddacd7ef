/* SPDX-License-Identifier: Unlicense
 *
 * There is one locale, "C".
 */
#pragma once

#include <stddef.h>

enum { LC_ALL, LC_COLLATE, LC_CTYPE, LC_MONETARY, LC_NUMERIC, LC_TIME };
#define LC_ALL      LC_ALL
#define LC_COLLATE  LC_COLLATE
#define LC_CTYPE    LC_CTYPE
#define LC_MONETARY LC_MONETARY
#define LC_NUMERIC  LC_NUMERIC
#define LC_TIME     LC_TIME

struct lconv {
    char *decimal_point, *thousands_sep, *grouping;
};

struct lconv *localeconv(void);

/* "C" for NULL, "" and "C"; NULL for others. */
char *setlocale(int category, const char *locale);
