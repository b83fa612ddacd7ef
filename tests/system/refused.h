/* SPDX-License-Identifier: Unlicense
 *
 * Cases of the matrix (tests/system/matrix.py): a line names a call or kernel function, and a
 * status.
 */
#pragma once

#include "tests/system/tap.h"

enum { OUTSIDE = 0x7F }; /* an index that no table here has */

/* One case: the status, then the same again, because a refusal has changed nothing. */
#define REFUSED(call, status, expression)                                                          \
    do {                                                                                           \
        sword_t once = (expression), again = (expression);                                         \
                                                                                                   \
        tap_report(once == STATUS_##status && again == once, #call " " #status, #expression,       \
                   __LINE__);                                                                      \
        if (once != STATUS_##status)                                                               \
            rme_print("# it returned %d, then %d\n", (int)once, (int)again);                       \
    } while (0)

/* One case of an operand: no such slot; `frozen`, which the file has; of another type. */
#define OPERAND(call, handle, wrong, expression)                                                   \
    do {                                                                                           \
        handle.id.raw = OUTSIDE;                                                                   \
        REFUSED(call, RANGE, expression);                                                          \
        handle.id.raw = frozen.id.raw;                                                             \
        REFUSED(call, FROZEN, expression);                                                         \
        handle.id.raw = (wrong).id.raw;                                                            \
        REFUSED(call, TYPE, expression);                                                           \
    } while (0)
