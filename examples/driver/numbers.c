/* SPDX-License-Identifier: Unlicense
 *
 * The client that computes.
 */
#include "client.h"
#include "handles.h"
#include "rme/print.h"

struct figures {
    word_t count, sum, product, largest;
};

static void take(struct figures *figures, word_t number)
{
    figures->count++;
    figures->sum += number;
    figures->product *= number;
    if (number > figures->largest)
        figures->largest = number;
}

/* Whatever is no digit stands between numbers. */
static struct figures compute(const char *line)
{
    struct figures figures = {.product = 1};

    while (*line != '\0') {
        word_t number = 0;

        for (; *line >= '0' && *line <= '9'; line++)
            number = number * 10 + (word_t)(*line - '0');
        take(&figures, number);
        while (*line != '\0' && (*line < '0' || *line > '9'))
            line++;
    }
    return figures;
}

int main(void)
{
    char line[DRIVER_TEXT_BYTES + 1], text[96];
    word_t lines = 0, sum = 0;

    for (; client_next(line); lines++) {
        struct figures all = compute(line);

        sum += all.sum;
        (void)rme_format(text, sizeof(text),
                         "numbers: %zu of them, sum %zu, product %zu, largest %zu\n", all.count,
                         all.sum, all.product, all.largest);
        client_print(text);
    }
    (void)rme_format(text, sizeof(text), "numbers: answered %zu lines, whose sum is %zu\n", lines,
                     sum);
    client_print(text);
    client_end();
    return (int)lines;
}
