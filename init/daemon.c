/* SPDX-License-Identifier: Unlicense */
#include "init/daemon.h"

#include "config.h"
#include "init/make.h"
#include "init/mender.h"
#include "init/restart.h"
#include "init/time.h"

/* tools/stack.py tells 168 bytes on Armv7-M, 112 on x86-64; entry and an exception take 68 more. */
enum { HIGHEST = CONFIG_PRIORITIES - 1, STACK_BYTES = 72 * sizeof(word_t) };

static const rme_thread_t init = {{BOOT_THREAD}};
static char stack[STACK_BYTES] __attribute__((aligned(16)));

static void note(word_t event)
{
    word_t thread = event & HALF_MAX;

    *event_of(thread) |= event & ~(word_t)HALF_MAX;
    mender_call(table_thread(thread)->process);
}

void daemon_run(word_t endpoint)
{
    const rme_signal_t events = {{endpoint}};

    for (;;) {
        sword_t event;

        (void)rme_signal_receive(events, SIGNAL_RECEIVE_ALL);
        while ((event = rme_thread_receive_event(init)) >= 0)
            note((word_t)event);
        restart_pass(time_passed());
    }
}

void daemon_start(rme_signal_t events)
{
    mender_start();
    (void)make_own((struct own_thread){.run = daemon_run,
                                       .stack = stack,
                                       .stack_bytes = sizeof(stack),
                                       .param = events.id.raw,
                                       .priority = HIGHEST});
}
