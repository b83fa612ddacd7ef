/* SPDX-License-Identifier: Unlicense
 *
 * The functions that a compiler may call for assignments of structures, in a kernel that links no
 * library. The loops are volatile so that they are not turned into calls of themselves.
 */
#include <stddef.h>

void *memset(void *to, int byte, size_t count);
void *memcpy(void *restrict to, const void *restrict from, size_t count);

void *memset(void *to, int byte, size_t count)
{
    volatile unsigned char *bytes = to;

    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)byte;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    volatile unsigned char *bytes = to;
    const unsigned char *source = from;

    for (size_t i = 0; i < count; i++)
        bytes[i] = source[i];
    return to;
}
