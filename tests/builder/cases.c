/* SPDX-License-Identifier: Unlicense
 *
 * Descriptions that are wrong, and all that the builder says of each: cases.txt, a file of texts.
 *
 *   == what the case is about
 *   the description; a line `@p` stands for a process p that nothing is wrong with
 *   --
 *   LINE:COLUMN: what is wrong
 *     = the advice
 *
 * The complaints must be these, in this order, and no others. With --update the program prints the
 * file anew, with what the builder says now.
 */
#include "builder/capabilities.h"
#include "builder/check.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20 };

static const char good_process[] =
    "  p: {sources: [p.c], threads: {main: {priority: 1, budget: 1 s}}}\n";

struct test_case {
    char *title, *description, *expected;
};

static struct board *board;
static bool is_update;
static unsigned passed, failed;

/* What the builder says, without the lines that show the source. */
static char *said(const char *text)
{
    struct source source = {.path = "", .text = text, .bytes = strlen(text)};
    struct system *system = description_read(&source);
    char *output = NULL, *kept = memory_take(TEXT_MAX);
    size_t size = 0;
    FILE *stream = open_memstream(&output, &size);

    if (system != NULL)
        check(system, board);
    if (system != NULL && complaints() == 0)
        capabilities_assign(system, board);
    complaints_print(stream);
    (void)fclose(stream);
    for (char *line = strtok(output, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (line[0] == ':')
            strcat(strcat(kept, line + (line[1] == ' ' ? 2 : 1)), "\n");
        if (strncmp(line, "      = ", 8) == 0)
            strcat(strcat(kept, line + 4), "\n");
    }
    free(output);
    return kept;
}

static char *expand(const char *text)
{
    char *result = memory_take(TEXT_MAX);
    const char *mark;

    while ((mark = strstr(text, "@p\n")) != NULL) {
        strncat(result, text, (size_t)(mark - text));
        strcat(result, good_process);
        text = mark + 3;
    }
    return strcat(result, text);
}

static void run(const struct test_case *test)
{
    char *now = said(expand(test->description));

    if (is_update) {
        printf("== %s\n%s--\n%s", test->title, test->description, now);
        return;
    }
    if (strcmp(now, test->expected) == 0 && now[0] != '\0') {
        printf("ok %u - %s\n", ++passed + failed, test->title);
        return;
    }
    printf("not ok %u - %s\n", ++failed + passed, test->title);
    for (char *line = strtok(now, "\n"); line != NULL; line = strtok(NULL, "\n"))
        printf("# %s\n", line);
}

/* Cut at the marks; the text is changed. */
static void run_all(char *text)
{
    char *next = strstr(text, "\n== ") + 1;

    if (is_update)
        printf("%.*s", (int)(next - text), text);
    while (next != NULL) {
        struct test_case test = {.title = next + 3};
        char *end = strchr(test.title, '\n'), *dashes;

        *end = '\0';
        test.description = end + 1;
        dashes = strstr(test.description, "\n--\n");
        if (dashes == NULL)
            break;
        test.expected = dashes + 4;
        next = strstr(test.expected, "== ");
        if (next != NULL)
            next[0] = '\0';
        test.expected = memory_format("%s", test.expected);
        dashes[1] = '\0';
        run(&test);
        if (next != NULL)
            next[0] = '=';
    }
}

int main(int argc, char **argv)
{
    FILE *file = argc > 2 ? fopen(argv[1], "r") : NULL;
    char *text = memory_take(TEXT_MAX);

    if (file == NULL)
        return 2;
    (void)fread(text, 1, TEXT_MAX - 1, file);
    (void)fclose(file);
    is_update = argc > 3;
    board = board_read(argv[2]);
    if (board == NULL)
        return 2;
    run_all(text);
    memory_release();
    if (!is_update)
        printf("1..%u\n%u passed, %u failed, 0 skipped\n", passed + failed, passed, failed);
    return failed != 0;
}
