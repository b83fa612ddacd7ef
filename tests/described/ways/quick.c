/* SPDX-License-Identifier: Unlicense */
#include "handles.h"

void quick(word_t param)
{
    (void)param;
}
