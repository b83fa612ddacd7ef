/* SPDX-License-Identifier: Unlicense
 *
 * The tutor: hands out lines of Lua through its port `next`, and knows what each should give. Its
 * own thread waits until the pupil rings.
 */
#include "handles.h"
#include "rme/print.h"
#include "rme/string.h"

static const struct {
    const char *line;
    sword_t result;
} lessons[] = {
    {"return 6 * 7", 42},
    {"local s = 0 for i = 1, 100 do s = s + i end return s", 5050},
    {"return #('concord'):rep(3, '-')", 23},
    {"return math.floor(1e3 * math.sin(1))", 841},
    {"return select(2, pcall(error, 17))", 17},
    {"return nothing.at.all", -1},
};
enum { LESSONS = sizeof(lessons) / sizeof(lessons[0]) };

static word_t given, right;

/* Run by the pupil's thread: leaves a line on the board and returns its length, 0 behind the last.
 */
word_t next(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    word_t length;

    (void)param;
    (void)message;
    if (given == LESSONS)
        return 0;
    length = strlen(lessons[given].line);
    (void)memcpy(shared_board, lessons[given].line, length);
    given++;
    return length;
}

word_t answer(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    word_t is_right = given != 0 && (sword_t)param == lessons[given - 1].result;

    (void)message;
    right += is_right;
    return is_right;
}

int main(void)
{
    sword_t rung = rme_signal_receive(signal_bell, SIGNAL_RECEIVE_ALL);

    rme_print("tutor: rung %d times, %zu of %zu answers are right\n", (int)rung, right, given);
    return 0;
}
