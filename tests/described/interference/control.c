/* SPDX-License-Identifier: Unlicense
 *
 * Control has the lowest priority and never waits, so that instructions are time. For each crime it
 * has the alarm wake at one moment after another, and the worker compute.
 */
#include "handles.h"
#include "rme/print.h"
#include "tests/described/interference/interference.h"

static struct orders *orders(void)
{
    return (struct orders *)(void *)shared_orders;
}

/* Run by whoever floods it. */
word_t greet(word_t param, word_t message[RME_MESSAGE_WORDS])
{
    (void)message;
    return param + 1;
}

static void begin(enum crime crime, word_t which)
{
    (void)((
        const volatile unsigned char *)shared_marks)[LABELS + (word_t)crime * LABELS_EACH + which];
    orders()->crime = crime;
    orders()->is_chunk = which == MOMENTS;
    orders()->is_done = 0;
}

/* Each crime is committed by a new life, with a whole budget. */
static void renew(void)
{
    orders()->crime = BAD_READ;
    orders()->is_chunk = 0;
    (void)rme_signal_send(signal_go, 1);
}

/* Everybody else has a higher priority: when this ends nobody has anything to do. */
static void wait(void)
{
    while (*(volatile word_t *)&orders()->is_done == 0)
        continue;
}

static void measure_moment(enum crime crime, word_t moment)
{
    renew();
    begin(crime, moment);
    orders()->moment = moment;
    (void)rme_signal_send(signal_start, 1);
    (void)rme_signal_send(signal_go, 1);
    wait();
}

static void measure_chunk(enum crime crime)
{
    renew();
    begin(crime, MOMENTS);
    (void)rme_signal_send(signal_chunk, 1);
    wait();
}

int main(void)
{
    for (enum crime crime = NOTHING; crime < CRIMES; crime++) {
        for (word_t moment = 0; moment < MOMENTS; moment++)
            measure_moment(crime, moment);
        measure_chunk(crime);
        (void)rme_signal_receive(signal_noise, SIGNAL_POLL_ALL);
    }
    rme_print("control: %d crimes, %d moments each, %zu wrong answers\n", CRIMES, MOMENTS,
              orders()->errors);
    return 0;
}
