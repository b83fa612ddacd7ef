/* SPDX-License-Identifier: Unlicense */
#include "init/time.h"

#include "init/make.h"
#include "rme/start.h"

/* tools/stack.py tells 16 bytes on Armv7-M, 40 on x86-64; entry and an exception take 68 more. */
enum { STACK_BYTES = 40 * sizeof(word_t) };

static char clock_stack[STACK_BYTES] __attribute__((aligned(16)));
static rme_signal_t daemon_events;
static volatile word_t passed; /* the clock adds, the daemon takes */
static volatile word_t armed;
static word_t taken;

static void clock_run(word_t unused)
{
    const rme_signal_t timer = {{BOOT_TIMER_ENDPOINT}};

    (void)unused;
    for (;;) {
        if (rme_signal_receive(timer, SIGNAL_RECEIVE_ALL) < 0)
            continue;
        passed += armed;
        (void)rme_signal_send(daemon_events, 1);
    }
}

void time_start(rme_signal_t events, word_t priority)
{
    daemon_events = events;
    (void)make_own((struct own_thread){.run = clock_run,
                                       .stack = clock_stack,
                                       .stack_bytes = sizeof(clock_stack),
                                       .priority = priority});
}

word_t time_in_counts(word_t time)
{
    return (word_t)((uint64_t)time * rme_boot.clock_hz / 1000000);
}

void time_arm(word_t time)
{
    armed = time;
    (void)rme_kfunc_call(rme_kfunc(BOOT_KFUNC), RME_KFN_TIMER_SET, 0, BOOT_TIMER_ENDPOINT,
                         time_in_counts(time), 0, 0);
}

word_t time_passed(void)
{
    word_t now = passed, since = now - taken;

    taken = now;
    return since;
}
