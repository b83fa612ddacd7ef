/* SPDX-License-Identifier: Unlicense
 *
 * The worker: it computes for itself.
 */
#include "handles.h"
#include "tests/described/kill/victim.h"

static word_t work(word_t round)
{
    static word_t cells[16];
    word_t sum = 0;

    cells[round % 16] += round + 1;
    for (word_t i = 0; i < 16; i++)
        sum += cells[i];
    return sum;
}

int main(void)
{
    const struct victim_plan plan = {
        .which = WORKER,
        .orders = (const struct orders *)(const void *)shared_orders,
        .report = (struct report *)(void *)shared_of_worker,
        .go = signal_go_worker,
        .noise = signal_noise,
        .greet = port_control_greet,
        .work = work,
    };

    victim_live(&plan);
    return 0;
}
