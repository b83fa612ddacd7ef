/* SPDX-License-Identifier: Unlicense */
#include <ctype.h>

static int is_between(int c, int first, int last)
{
    return c >= first && c <= last;
}

int isupper(int c)
{
    return is_between(c, 'A', 'Z');
}

int islower(int c)
{
    return is_between(c, 'a', 'z');
}

int isdigit(int c)
{
    return is_between(c, '0', '9');
}

int isalpha(int c)
{
    return isupper(c) || islower(c);
}

int isalnum(int c)
{
    return isalpha(c) || isdigit(c);
}

int isxdigit(int c)
{
    return isdigit(c) || is_between(c, 'A', 'F') || is_between(c, 'a', 'f');
}

int isblank(int c)
{
    return c == ' ' || c == '\t';
}

int isspace(int c)
{
    return c == ' ' || is_between(c, '\t', '\r');
}

int iscntrl(int c)
{
    return is_between(c, 0, 31) || c == 127;
}

int isprint(int c)
{
    return is_between(c, 32, 126);
}

int isgraph(int c)
{
    return is_between(c, 33, 126);
}

int ispunct(int c)
{
    return isgraph(c) && !isalnum(c);
}

int tolower(int c)
{
    return isupper(c) ? c - 'A' + 'a' : c;
}

int toupper(int c)
{
    return islower(c) ? c - 'a' + 'A' : c;
}
