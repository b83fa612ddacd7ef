/* SPDX-License-Identifier: Unlicense
 *
 * The client that spells.
 */
#include "client.h"
#include "handles.h"
#include "rme/print.h"

/* Fletcher's checksum. */
static word_t check(const char *line)
{
    word_t first = 0, second = 0;

    for (; *line != '\0'; line++) {
        first = (first + (unsigned char)*line) % 255;
        second = (second + first) % 255;
    }
    return second << 8 | first;
}

static word_t turn(char *line)
{
    word_t length = 0;

    while (line[length] != '\0')
        length++;
    for (word_t i = 0; i < length / 2; i++) {
        char c = line[i];

        line[i] = line[length - 1 - i];
        line[length - 1 - i] = c;
    }
    return length;
}

int main(void)
{
    char line[DRIVER_TEXT_BYTES + 1], text[96];
    word_t lines = 0, letters = 0;

    for (; client_next(line); lines++) {
        word_t sum = check(line), length = turn(line);

        letters += length;
        (void)rme_format(text, sizeof(text), "words: '%s' backwards, %zu letters, checksum %zu\n",
                         line, length, sum);
        client_print(text);
    }
    (void)rme_format(text, sizeof(text), "words: answered %zu lines with %zu letters\n", lines,
                     letters);
    client_print(text);
    client_end();
    return (int)lines;
}
