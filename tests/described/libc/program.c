/* SPDX-License-Identifier: Unlicense
 *
 * Streams, files, the heap, jumps; and a port that computes for a visitor.
 */
#include "handles.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf where;

/* ---- Streams ---- */

static void write_out(void)
{
    int written = printf("%s %d %#X %.17g %.3e|%5.1f|%-6s|\n", "printf", -42, 255u, 0.1, 12345.678,
                         2.25, "left");
    size_t count = fwrite("ab, ", 1, 4, stdout);

    printf("%d characters, fwrite %zu, ", written, count);
    (void)fputs("fputs", stderr);
    (void)putchar(',');
    (void)putc(' ', stdout);
    (void)puts("puts");
}

static void read_nothing(void)
{
    int c = getchar();

    printf("stdin %d, at its end %d, ", c, feof(stdin));
    clearerr(stdin);
    printf("cleared %d, ", feof(stdin));
    c = putc('x', stdin);
    printf("written to %d, failed %d\n", c, ferror(stdin));
}

/* ---- Files ---- */

static void read_lines(FILE *file)
{
    char line[10];

    while (fgets(line, sizeof(line), file) != NULL)
        printf("[%.*s]", (int)strcspn(line, "\n"), line);
    printf(" at its end %d, at %ld\n", feof(file), ftell(file));
}

static void seek(FILE *file)
{
    char text[5] = "";
    int status = fseek(file, -4, SEEK_END), c = fgetc(file), back = ungetc('L', file);
    size_t count;

    printf("seek %d, read %c, back %c, again %d, at %ld, ", status, c, back, ungetc('x', file),
           ftell(file));
    count = fread(text, 2, 4, file);
    printf("read %zu '%s', at its end %d\n", count, text, feof(file));
    status = fseek(file, 1, SEEK_END);
    printf("beyond %d, %s, before %d, ", status, strerror(errno), fseek(file, -1, SEEK_SET));
    status = fseek(file, 0, SEEK_SET);
    printf("begin %d, %c\n", status, fgetc(file));
}

static void use_file(void)
{
    FILE *file = fopen("text.txt", "r");

    read_lines(file);
    seek(file);
    file = freopen("empty.txt", "r", file);
    printf("empty: %d, ", fgetc(file));
    printf("close %d\n", fclose(file));
}

static void open_many(void)
{
    FILE *files[FOPEN_MAX];
    int count = 0;

    while (count < FOPEN_MAX && (files[count] = fopen("empty.txt", "rb")) != NULL)
        count++;
    printf("%d files: %s, ", count, strerror(errno));
    while (count > 0)
        (void)fclose(files[--count]);
    printf("%s, ", fopen("nothing.txt", "r") == NULL ? strerror(errno) : "opened");
    printf("%s, ", fopen("text.txt", "w") == NULL ? strerror(errno) : "opened");
    printf("%s, ", fopen("text.txt", "r+") == NULL ? strerror(errno) : "opened");
    printf("%s\n", remove("text.txt") != 0 ? strerror(errno) : "removed");
}

/* ---- The heap ---- */

/* So many blocks there are, each of which points to the one before. */
static unsigned take_all(void **last)
{
    unsigned count = 0;
    void **block;

    *last = NULL;
    while ((block = malloc(100)) != NULL) {
        *block = *last;
        *last = block;
        count++;
    }
    return count;
}

static void give_all(void *last)
{
    while (last != NULL) {
        void *next = *(void **)last;

        free(last);
        last = next;
    }
}

static void use_heap(void)
{
    void *last;
    unsigned count = take_all(&last);
    char *text;

    printf("heap: %s, more than 30: %d, ", strerror(errno), count > 30);
    give_all(last);
    printf("again as many: %d, ", take_all(&last) == count);
    give_all(last);
    text = malloc(4);
    (void)strcpy(text, "abc");
    text = realloc(text, 3000);
    printf("realloc %s, too much: %d, ", text, realloc(text, 5000) == NULL);
    free(text);
    text = calloc(3, 1000);
    printf("calloc %d, %d\n", memchr(text, 1, 3000) == NULL, calloc((size_t)-1, 2) == NULL);
    free(text);
}

/* ---- Jumps ---- */

__attribute__((noinline)) static void jump(int value, double x)
{
    volatile double sum = 0;

    for (int i = 1; i < 20; i++)
        sum = sum + x * i - x / i;
    longjmp(where, value + (sum > 1e300));
}

static void use_jumps(void)
{
    const double a = sqrt(2), b = a * a, c = b + a;
    volatile int times = 0;
    int value = setjmp(where);

    printf("setjmp %d, %.17g %.17g %.17g\n", value, a, b, c);
    times = times + 1;
    if (times < 4)
        jump(value == 0 ? 0 : value * 100 - 107, c);
}

/* ---- A port ---- */

/* Run by the visitor's thread. */
word_t root(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    message[1] = (word_t)(1000 * sqrt((double)param));
    return (word_t)sqrt((double)param);
}

/* Not from main(): init says with what. */
__attribute__((noinline)) static void leave(void)
{
    exit(3);
}

int main(void)
{
    write_out();
    read_nothing();
    use_file();
    open_many();
    use_heap();
    use_jumps();
    leave();
    return 0;
}
