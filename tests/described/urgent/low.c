/* SPDX-License-Identifier: Unlicense
 *
 * The low one: it has much memory, which takes time to clear.
 */
#include "handles.h"
#include "tests/described/urgent/board.h"

enum { WAIT = 5000 };

static volatile word_t cells[1500];

int main(void)
{
    if (++BOARD->lives_of_low == 1) {
        while (cells[0] < WAIT)
            cells[0]++;
        BOARD->is_faulting = 1;
        (void)*(volatile word_t *)nowhere;
    }
    return cells[0] == 0 ? 0 : 1;
}
