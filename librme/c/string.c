/* SPDX-License-Identifier: Unlicense
 *
 * <string.h>, what librme/src/string.c has not.
 */
#include <errno.h>
#include <string.h>

/* The C library's functions take const and return it not. */
static char *plain(const char *text)
{
    union {
        const char *constant;
        char *plain;
    } pointer = {text};

    return pointer.plain;
}

void *memchr(const void *text, int c, size_t count)
{
    const char *byte = text;

    for (; count != 0; count--, byte++)
        if ((unsigned char)*byte == (unsigned char)c)
            return plain(byte);
    return NULL;
}

char *strchr(const char *text, int c)
{
    for (; *text != (char)c; text++)
        if (*text == '\0')
            return NULL;
    return plain(text);
}

char *strrchr(const char *text, int c)
{
    const char *last = NULL;

    for (;; text++) {
        if (*text == (char)c)
            last = text;
        if (*text == '\0')
            return plain(last);
    }
}

size_t strspn(const char *text, const char *set)
{
    size_t length = 0;

    while (text[length] != '\0' && strchr(set, text[length]) != NULL)
        length++;
    return length;
}

size_t strcspn(const char *text, const char *set)
{
    size_t length = 0;

    while (text[length] != '\0' && strchr(set, text[length]) == NULL)
        length++;
    return length;
}

char *strpbrk(const char *text, const char *set)
{
    text += strcspn(text, set);
    return *text != '\0' ? plain(text) : NULL;
}

int strncmp(const char *left, const char *right, size_t count)
{
    for (; count != 0; count--, left++, right++)
        if (*left != *right || *left == '\0')
            return (unsigned char)*left - (unsigned char)*right;
    return 0;
}

int strcoll(const char *left, const char *right)
{
    return strcmp(left, right);
}

char *strstr(const char *text, const char *part)
{
    size_t length = strlen(part);

    for (;; text++) {
        if (strncmp(text, part, length) == 0)
            return plain(text);
        if (*text == '\0')
            return NULL;
    }
}

char *strcpy(char *restrict to, const char *restrict from)
{
    return memcpy(to, from, strlen(from) + 1);
}

char *strcat(char *restrict to, const char *restrict from)
{
    (void)strcpy(to + strlen(to), from);
    return to;
}

char *strncpy(char *restrict to, const char *restrict from, size_t count)
{
    size_t length = 0;

    for (; length < count && from[length] != '\0'; length++)
        to[length] = from[length];
    (void)memset(to + length, 0, count - length);
    return to;
}

char *strncat(char *restrict to, const char *restrict from, size_t count)
{
    char *end = to + strlen(to);

    while (count-- != 0 && *from != '\0')
        *end++ = *from++;
    *end = '\0';
    return to;
}

char *strerror(int number)
{
    static const struct {
        int number;
        const char *text;
    } texts[] = {
        {0, "Success"},
        {ENOENT, "No such file or directory"},
        {ENOMEM, "Cannot allocate memory"},
        {EINVAL, "Invalid argument"},
        {EMFILE, "Too many open files"},
        {EROFS, "Read-only file system"},
        {EDOM, "Numerical argument out of domain"},
        {ERANGE, "Numerical result out of range"},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].number == number)
            return plain(texts[i].text);
    return plain("Unknown error");
}
