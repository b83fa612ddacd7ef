/* SPDX-License-Identifier: Unlicense
 *
 * The sensor: it signals the server.
 */
#include "handles.h"
#include "tests/described/kill/victim.h"

static word_t work(word_t round)
{
    for (word_t i = 0; i < BELLS; i++)
        (void)rme_signal_send(signal_bell, 1);
    return round;
}

int main(void)
{
    const struct victim_plan plan = {
        .which = SENSOR,
        .orders = (const struct orders *)(const void *)shared_orders,
        .report = (struct report *)(void *)shared_of_sensor,
        .go = signal_go_sensor,
        .noise = signal_noise,
        .greet = port_control_greet,
        .work = work,
    };

    victim_live(&plan);
    return 0;
}
