/* SPDX-License-Identifier: Unlicense */
#include "handles.h"

word_t busy(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    return param;
}
