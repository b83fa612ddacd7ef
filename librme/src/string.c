/* SPDX-License-Identifier: Unlicense
 *
 * The parts of <string.h> that compilers and small programs use.
 */
#include "rme/string.h"

void *memset(void *to, int byte, size_t count)
{
    unsigned char *bytes = to;

    while (count-- != 0)
        *bytes++ = (unsigned char)byte;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    unsigned char *bytes = to;
    const unsigned char *source = from;

    while (count-- != 0)
        *bytes++ = *source++;
    return to;
}

void *memmove(void *to, const void *from, size_t count)
{
    unsigned char *bytes = to;
    const unsigned char *source = from;

    if (bytes < source)
        return memcpy(to, from, count);
    while (count-- != 0)
        bytes[count] = source[count];
    return to;
}

int memcmp(const void *left, const void *right, size_t count)
{
    const unsigned char *a = left, *b = right;

    for (; count != 0; count--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}

int strcmp(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return (unsigned char)*left - (unsigned char)*right;
}
