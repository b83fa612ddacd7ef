/* SPDX-License-Identifier: Unlicense
 *
 * What the driver and its clients have agreed upon. Text goes in messages: the parameter says how
 * many bytes, the words behind it hold four bytes each, on every machine.
 *
 *   read_NAME(0)        returns the length of the line that is for client NAME, and the line; or
 *                       DRIVER_IS_OVER; or 0: there is none, and the signal NAME will say when to
 * ask again. Who asks again has answered the line before. write(count, text)  for who has a line to
 * answer: takes bytes to send, returns how many it took. With a count of 0 it returns how many have
 * not gone out yet. The signal NAME comes when all have.
 */
#pragma once

#include "rme/invoke.h"

enum {
    DRIVER_TEXT_BYTES = 4 * (RME_MESSAGE_WORDS - 1),
    DRIVER_IS_OVER = DRIVER_TEXT_BYTES + 1,
};

static inline void text_put(word_t message[RME_MESSAGE_WORDS], word_t i, char c)
{
    if (i % 4 == 0)
        message[1 + i / 4] = 0;
    message[1 + i / 4] |= (word_t)(unsigned char)c << 8 * (i % 4);
}

static inline char text_get(const word_t message[RME_MESSAGE_WORDS], word_t i)
{
    return (char)(message[1 + i / 4] >> 8 * (i % 4));
}
