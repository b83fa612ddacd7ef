/* SPDX-License-Identifier: Unlicense
 *
 * The client: it has the server compute, and gives what came back.
 */
#include "handles.h"
#include "tests/described/kill/victim.h"

static word_t work(word_t round)
{
    word_t value = 0;

    return rme_invoke_hidden(port_server_add, round, &value) == STATUS_OK ? value : 0;
}

int main(void)
{
    const struct victim_plan plan = {
        .which = CLIENT,
        .orders = (const struct orders *)(const void *)shared_orders,
        .report = (struct report *)(void *)shared_of_client,
        .go = signal_go_client,
        .noise = signal_noise,
        .greet = port_control_greet,
        .work = work,
    };

    victim_live(&plan);
    return 0;
}
