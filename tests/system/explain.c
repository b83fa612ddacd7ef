/* SPDX-License-Identifier: Unlicense
 *
 * Refusals and faults of every kind, for tests/system/explain.py, which reads what a debug build
 * says of them and that a release build says nothing. Each case names what it provokes; all of them
 * must be refused, whoever watches.
 */
#include "board.h"
#include "config.h"
#include "layout.h"
#include "rme/alloc.h"
#include "rme/process.h"
#include "rme/stack.h"
#include "rme/start.h"
#include "tests/system/tap.h"

enum { FLOOD = 30, STACK_BYTES = 16 * WORD_BITS };

static const rme_captable_t own = {{BOOT_CAPTABLE}};
static const rme_thread_t init = {{BOOT_THREAD}};

static char stack[STACK_BYTES] __attribute__((aligned(16)));
static char port_stack[STACK_BYTES] __attribute__((aligned(16)));

/* ---- Refusals ---- */

static rme_signal_t weaken(rme_signal_t endpoint)
{
    rme_signal_t weak = rme_signal(rme_alloc_slot());

    tap_check(rme_captable_delegate(own, weak.id.raw, own, endpoint.id.raw, RIGHT_SIGNAL_POLL_ALL,
                                    0, 0) == STATUS_OK,
              "a leaf with one right");
    return weak;
}

static void refusals(void)
{
    rme_signal_t endpoint = rme_signal_make();
    rme_signal_t weak = weaken(endpoint);

    tap_check(rme_signal_send(weak, 1) == STATUS_RIGHTS, "a send without the right");
    tap_check(rme_signal_send(rme_signal(BOOT_THREAD), 1) == STATUS_TYPE, "a send to a thread");
    tap_check(rme_thread_switch(rme_thread_in(9, 9), 0) != STATUS_OK, "an id of two levels");
    tap_check(rme_signal_create(own, endpoint.id.raw) == STATUS_OCCUPIED, "a slot that is taken");
    tap_check(rme_thread_transfer_time(init, init, 0) == STATUS_ARGUMENT, "a transfer of nothing");
    tap_check(rme_call(40, 0, 0, 0, 0, 0, 0, 0) == STATUS_UNKNOWN_CALL, "an unknown call");
}

/* ---- Faults, of a second process ---- */

static void reach(word_t address)
{
    *(volatile word_t *)address = 1;
}

static void look(word_t address)
{
    (void)*(volatile word_t *)address;
}

/* Of the port: divide(), undefined() and so on, and what is the kernel's. */
#include "test/explain.h"

struct place {
    rme_process_t process;
    rme_signal_t events;
};

static void fault(const struct place *place, void (*entry)(word_t), word_t param, word_t tid,
                  const char *name)
{
    rme_thread_t thread = rme_thread_make(&(struct rme_thread_plan){
        .process = place->process,
        .entry = entry,
        .stack = stack,
        .stack_bytes = sizeof(stack),
        .param = param,
        .priority = 1,
        .priority_max = 1,
        .budget = BUDGET_INFINITE,
        .tid = tid,
        .scheduler = init,
        .endpoint = place->events,
    });

    tap_check(rme_thread_receive_event(init) == (sword_t)(tid | EVENT_FAULTED), name);
    (void)rme_thread_free(thread);
}

static void crash(word_t param)
{
    undefined(param);
}

#include "test/explain_faults.h"

static void faults(const struct place *place)
{
    word_t value;
    rme_invocation_t port =
        rme_invocation_make(place->process, crash, port_stack, sizeof(port_stack), true);

    faults_of_machine(place);
    tap_check(rme_invoke_word(port.id.raw, 0, &value) == STATUS_FAULT, "a callee that faults");
}

static struct place make_place(void)
{
    struct rme_space space = rme_space_make(3);
    struct place place;

    rme_space_add_image(&space);
    place.process = rme_process_make(rme_captable_make(4), &space);
    place.events = rme_signal_make();
    return place;
}

/* ---- Too many ---- */

static void flood(void)
{
    unsigned refused = 0;

    for (unsigned i = 0; i < FLOOD; i++)
        refused += rme_captable_freeze(own, 0x7F) == STATUS_RANGE;
    tap_check(refused == FLOOD, "many refusals");
}

int main(void)
{
    if (CONFIG_RAW) {
        tap_skip("explanations", "raw address spaces: a second process would be region words");
        return tap_end();
    }
    struct place place = make_place();

    refusals();
    faults(&place);
    flood();
    return tap_end();
}
