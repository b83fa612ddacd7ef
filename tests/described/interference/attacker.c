/* SPDX-License-Identifier: Unlicense
 *
 * The attacker: below the alarm and the follower, above the worker, with a budget of 2.5 ms. What
 * goes wrong with it ends its life, and init begins another.
 */
#include "handles.h"
#include "tests/described/interference/interference.h"

/* Until the alarm is near. */
static void wait(void)
{
    for (volatile word_t i = 0; i < LEAD;)
        i++;
}

int main(void)
{
    struct orders *orders = (struct orders *)(void *)shared_orders;
    const struct crime_means means = {signal_go, signal_noise, port_control_greet,
                                      &orders->faults_left};

    if (orders->is_chunk != 0)
        mark(shared_marks, MARK_LIVES);
    if (orders->faults_left != 0) {
        orders->faults_left--;
        (void)crime_bad_read();
    }
    for (;;) {
        (void)rme_signal_receive(signal_go, SIGNAL_RECEIVE_SINGLE);
        wait();
        (void)crime_commit((enum crime)orders->crime, &means);
    }
}
