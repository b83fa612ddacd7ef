/* SPDX-License-Identifier: Unlicense */
#include "builder/check_files.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

/* Below the folder of the description. */
static const char *path_of(const struct system *system, const struct word *word)
{
    const char *slash = strrchr(system->source->path, '/');
    size_t length = slash != NULL ? (size_t)(slash - system->source->path) + 1 : 0;

    return memory_format("%s%s", memory_text(system->source->path, length), word->text);
}

/* The files of a folder, for advice. */
static struct list files_in(const char *folder)
{
    struct list names = {0};
    const struct dirent *entry;
    DIR *directory = opendir(folder);

    if (directory == NULL)
        return names;
    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.')
            list_append(&names, memory_format("%s", entry->d_name));
    (void)closedir(directory);
    return names;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(left, right);
}

static bool is_relative(const struct word *word)
{
    if (word->text[0] != '/')
        return true;
    complain(word->at, "write it relative to the description",
             "'%s' is an absolute path, which is another one on another machine", word->text);
    return false;
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length > tail && strcmp(text + length - tail, end) == 0;
}

/* It is a file; else what its folder has instead. */
static void check_exists(const struct system *system, const struct word *word)
{
    const char *path = path_of(system, word), *slash = strrchr(path, '/');
    struct list files = {0};
    struct stat status;

    if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
        return;
    files = files_in(slash != NULL ? memory_text(path, (size_t)(slash - path)) : ".");
    list_sort(&files, by_text);
    complain(word->at, suggest(slash != NULL ? slash + 1 : path, &files, "its folder has:"),
             "there is no file '%s'", word->text);
}

static void check_source(const struct system *system, const struct word *word)
{
    if (!is_relative(word))
        return;
    if (ends_in(word->text, ".c") || ends_in(word->text, ".S"))
        check_exists(system, word);
    else
        complain(word->at, "sources end in .c or .S", "'%s' is no source", word->text);
}

static void check_folder(const struct system *system, const struct word *word)
{
    struct stat status;

    if (is_relative(word) &&
        (stat(path_of(system, word), &status) != 0 || !S_ISDIR(status.st_mode)))
        complain(word->at, "name a folder, relative to the description", "there is no folder '%s'",
                 word->text);
}

void check_files(const struct system *system)
{
    LIST_EACH(process, process, system->processes) {
        LIST_EACH(word, word, process->sources)
            check_source(system, word);
        LIST_EACH(word, word, process->foreign)
            check_source(system, word);
        LIST_EACH(word, word, process->files)
            if (is_relative(word))
                check_exists(system, word);
        LIST_EACH(word, word, process->include)
            check_folder(system, word);
        LIST_EACH(word, word, process->options)
            if (word->text[0] != '-')
                complain(word->at, "sources stand under 'sources', folders under 'include'",
                         "'%s' is no option: options begin with '-'", word->text);
    }
}
