/* SPDX-License-Identifier: Unlicense */
#include "builder/emit.h"

#include <string.h>
#include <sys/stat.h>

void put_bytes(struct output *output, const void *bytes, size_t count)
{
    if (output->length + count + 1 > output->room) {
        char *text;

        output->room = 2 * (output->length + count) + 256;
        text = memory_take(output->room);
        if (output->length != 0)
            memcpy(text, output->text, output->length);
        output->text = text;
    }
    if (count != 0)
        memcpy(output->text + output->length, bytes, count);
    output->length += count;
}

void put(struct output *output, const char *format, ...)
{
    va_list list;
    char *text;
    int length;

    va_start(list, format);
    length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    text = memory_take((size_t)length + 1);
    va_start(list, format);
    (void)vsnprintf(text, (size_t)length + 1, format, list);
    va_end(list);
    put_bytes(output, text, (size_t)length);
}

static bool is_same(const struct output *output, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *old;
    size_t length;

    if (file == NULL)
        return false;
    old = memory_take(output->length + 1);
    length = fread(old, 1, output->length + 1, file);
    (void)fclose(file);
    return length == output->length && (length == 0 || memcmp(old, output->text, length) == 0);
}

static void make_folders(const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        (void)mkdir(memory_text(path, (size_t)(slash - path)), 0777);
}

bool output_save(const struct output *output, const char *path)
{
    struct source *source = memory_take(sizeof(*source));
    FILE *file;
    bool is_good;

    if (is_same(output, path))
        return true;
    make_folders(path);
    file = fopen(path, "wb");
    is_good = file != NULL && fwrite(output->text, 1, output->length, file) == output->length;
    if (file != NULL && fclose(file) != 0)
        is_good = false;
    source->path = path;
    if (!is_good)
        complain((struct place){.source = source}, NULL, "this file cannot be written");
    return is_good;
}
