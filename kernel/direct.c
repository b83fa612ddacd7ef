/* SPDX-License-Identifier: Unlicense */
#include "kernel/direct.h"

sword_t direct_refused(void)
{
    return RESULT_NONE;
}
