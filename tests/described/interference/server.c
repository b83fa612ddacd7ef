/* SPDX-License-Identifier: Unlicense
 *
 * The server: a port that the alarm runs.
 */
#include "handles.h"

word_t square(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    return param * param;
}
