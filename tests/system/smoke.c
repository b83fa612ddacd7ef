/* SPDX-License-Identifier: Unlicense
 *
 * The first minute: boot, one process, one call and one refusal; a second process that reaches for
 * memory that is not its own.
 */
#include "config.h"
#include "layout.h"
#include "rme/process.h"
#include "rme/start.h"
#include "tests/system/tap.h"

static char stack[512] __attribute__((aligned(8)));
static volatile word_t reached;

static void trespass(word_t address)
{
    reached = 1;
    *(volatile word_t *)address = 1;
    reached = 2;
}

static int second_process(rme_thread_t init)
{
    struct rme_space space = rme_space_make(3);
    rme_signal_t events;
    rme_thread_t thread;

    rme_space_add_image(&space);
    events = rme_signal_make();
    thread = rme_thread_make(&(struct rme_thread_plan){
        .process = rme_process_make(rme_captable_make(4), &space),
        .entry = trespass,
        .stack = stack,
        .stack_bytes = sizeof(stack),
        .param = LAYOUT_KMEM, /* the kernel's RAM */
        .priority = 1,
        .priority_max = 1,
        .budget = BUDGET_INFINITE,
        .tid = 7,
        .scheduler = init,
        .endpoint = events,
    });
    tap_check(reached == 1, "the kernel's memory stopped the other process");
    tap_check(rme_thread_receive_event(init) == (sword_t)(7 | EVENT_FAULTED),
              "its fault is an event");
    tap_check(rme_signal_receive(events, SIGNAL_POLL_ALL) == 1, "and a signal");
    tap_check(rme_thread_free(thread) == STATUS_OK, "it can be freed");
    return tap_end();
}

int main(void)
{
    rme_thread_t init = rme_thread(BOOT_THREAD);

    tap_check(rme_thread_switch(rme_thread_null(), 0) == STATUS_OK, "a thread may yield");
    tap_check(rme_thread_free(init) == STATUS_RIGHTS, "the init thread cannot be freed");
    tap_check(rme_call(63, 0, 0, 0, 0, 0, 0, 0) == STATUS_UNKNOWN_CALL, "call 63 is unknown");
    if (!CONFIG_RAW)
        return second_process(init);
    tap_skip("a second process", "raw address spaces: it would be a table of region words");
    return tap_end();
}
