/* SPDX-License-Identifier: Unlicense
 *
 * The server: it counts what the sensor has signalled; its port is run by the client.
 */
#include "handles.h"
#include "tests/described/kill/victim.h"

/* Run by the client. */
word_t add(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    return param * param + 1;
}

static word_t work(word_t round)
{
    sword_t bells = rme_signal_receive(signal_bell, SIGNAL_POLL_ALL);

    (void)round;
    return bells < 0 ? 0 : (word_t)bells;
}

int main(void)
{
    const struct victim_plan plan = {
        .which = SERVER,
        .orders = (const struct orders *)(const void *)shared_orders,
        .report = (struct report *)(void *)shared_of_server,
        .go = signal_go_server,
        .noise = signal_noise,
        .greet = port_control_greet,
        .work = work,
    };

    victim_live(&plan);
    return 0;
}
