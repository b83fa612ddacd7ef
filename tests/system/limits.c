/* SPDX-License-Identifier: Unlicense
 *
 * The largest objects that the options allow, and the longest that each call can take: full tables,
 * the deepest invocations, the longest chains of events by each way into the kernel, the longest
 * lists of page tables, four priorities by ids of two levels. tools/paths.py counts instructions.
 */
#define THREADS_WANTED 32
#include "layout.h"
#include "test/machine.h"
#include "tests/system/chain.h"

enum { ENTRIES = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES, CHAINS = 3, LINE = MACHINE_NO_LINE };

static const rme_kmem_t kmem = {{BOOT_KMEM}};
static rme_captable_t far; /* a full-sized table, for ids of two levels */
static word_t far_used;

static word_t far_id(word_t slot)
{
    return cap_id_in(far.id.raw, slot).raw;
}

/* ---- Tables ---- */

static void captables(void)
{
    rme_captable_t table = rme_captable(rme_alloc_slot());
    word_t memory = rme_alloc_kmem(CONFIG_CAPTABLE_BYTES_MAX);

    tap_check(rme_captable_create(own, table.id.raw, kmem, memory, ENTRIES) == STATUS_OK,
              "a capability table of the largest size");
    (void)rme_signal_create(table, ENTRIES - 1);
    (void)rme_captable_freeze(own, table.id.raw);
    tap_check(rme_captable_delete(own, table.id.raw) == STATUS_NOT_EMPTY,
              "is looked through to its last slot");
    (void)rme_captable_freeze(table, ENTRIES - 1);
    (void)rme_signal_delete(table, ENTRIES - 1);
    (void)rme_captable_freeze(own, table.id.raw);
    tap_check(rme_captable_delete(own, table.id.raw) == STATUS_OK, "and deleted");
}

static void delegations(void)
{
    word_t slot = far_used++;

    tap_check(rme_captable_delegate(far, slot, own, BOOT_KMEM, RIGHT_KMEM_THREAD, 32, 64) ==
                      STATUS_OK &&
                  rme_captable_freeze(far, slot) == STATUS_OK &&
                  rme_captable_remove(far, slot) == STATUS_OK,
              "delegation, freezing and removal in such a table");
}

/* ---- Page tables ---- */

/* A process in the longest list of pages that there can be. */
static rme_process_t list_process;

#include "test/limits.h"

/* ---- Invocations ---- */

enum { PORTS = CONFIG_INV_DEPTH_MAX };

static rme_invocation_t ports[PORTS];
static rme_signal_t bottom;
static volatile word_t depth;

static void serve(word_t level)
{
    word_t value;

    depth = level;
    if (level < PORTS)
        (void)rme_invocation_activate(ports[level], level + 1, &value);
    (void)rme_signal_receive(bottom, SIGNAL_RECEIVE_SINGLE);
    (void)rme_invocation_return(0);
}

static void dive(word_t unused)
{
    word_t value;

    (void)unused;
    (void)rme_invocation_activate(ports[0], 1, &value);
    stop();
}

static void invocations(void)
{
    static char port_stacks[PORTS][STACK_BYTES] __attribute__((aligned(16)));
    rme_thread_t thread;

    for (unsigned i = 0; i < PORTS; i++)
        ports[i] = rme_invocation_make(process, serve, port_stacks[i], STACK_BYTES, true);
    thread = THREAD(.entry = dive, .budget = BUDGET_INFINITE);
    step_down(CHAIN_TOP);
    tap_check(depth == PORTS, "invocations to the limit");
    tap_check(rme_thread_exec_set(thread, (word_t)dive, rme_stack_prepare(stacks[0], STACK_BYTES),
                                  0) == STATUS_OK &&
                  rme_invocation_set(ports[PORTS - 1], (word_t)serve,
                                     rme_stack_prepare(port_stacks[PORTS - 1], STACK_BYTES),
                                     1) == STATUS_OK,
              "end at once by a new entry");
    depth = 0;
    step_down(CHAIN_TOP);
    tap_check(depth == PORTS && thread_end(thread) &&
                  rme_invocation_set(ports[0], 0, 0, 0) == STATUS_OK,
              "and by the end of their thread");
}

/* ---- Priorities ---- */

static void priorities(void)
{
    rme_thread_t threads[4], ids[4];

    for (unsigned i = 0; i < 4; i++) {
        threads[i] = THREAD(.entry = dive, .priority_max = CHAIN_TOP);
        (void)rme_thread_transfer_time(threads[i], init, BUDGET_INFINITE);
        ids[i].id.raw = far_id(far_used);
        (void)rme_captable_delegate(far, far_used++, own, threads[i].id.raw, RIGHTS_THREAD_ALL, 0,
                                    0);
    }
    tap_check(rme_thread_set_priorities(4, ids[0], ids[1], ids[2], ids[3],
                                        9 | 8 << 8 | 7 << 16 | 6 << 24) == STATUS_OK,
              "four priorities by ids of two levels");
    for (unsigned i = 0; i < 4; i++) {
        (void)rme_captable_freeze(far, far_used - 4 + i);
        (void)rme_captable_remove(far, far_used - 4 + i);
        (void)thread_end(threads[i]);
    }
}

/* ---- Chains of events ---- */

static rme_signal_t gates[CHAINS][CHAIN];
static rme_thread_t chains[CHAINS][CHAIN];

/* The parameter is 1 + 16 * chain + place. */
static void wait(word_t param)
{
    rme_signal_t gate = gates[(param - 1) / 16][(param - 1) % 16];

    for (;;)
        (void)rme_signal_receive(gate, SIGNAL_RECEIVE_SINGLE);
}

/* The first gate of the third is the timer's endpoint. */
static void make_chains(unsigned count)
{
    for (unsigned k = 0; k < count; k++) {
        for (unsigned i = 0; i < CHAIN; i++) {
            gates[k][i].id.raw = far_id(far_used);
            (void)rme_signal_create(far, far_used++);
        }
        if (k == CHAINS - 1)
            gates[k][0] = rme_signal(BOOT_TIMER_ENDPOINT);
        (void)rme_signal_receive(gates[k][0], SIGNAL_POLL_ALL);
        chain_make(chains[k], k == 0 ? CHAIN : CHAIN - 1, wait, 1 + 16 * k, gates[k], CHAIN);
    }
}

static volatile word_t how;

enum { EXHAUST, YIELD, FAULT, PAUSE };

static void act(word_t unused)
{
    (void)unused;
    if (how == YIELD)
        (void)rme_thread_switch(rme_thread_null(), 1);
    if (how == FAULT)
        *(volatile word_t *)MACHINE_UNREACHABLE = 0;
    if (how == PAUSE) {
        machine_spin(100 * MACHINE_COUNT / 2);
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
    for (;;) {
    }
}

/* The chain was walked to its limit; `more` threads besides have told something. */
static void walked(unsigned more, const char *name)
{
    tap_check(chain_events() == CONFIG_SCHED_DEPTH_MAX + 1 + more, name);
    chain_arm(chains[0], CHAIN);
}

static void calls_that_begin_chains(void)
{
    rme_thread_t thread = THREAD(.entry = act, .tid = 100, .endpoint = gates[0][0]);
    const word_t budget = rme_boot.clock_hz / 1000;

    (void)rme_signal_send(gates[0][0], 1);
    walked(0, "a signal begins the longest chain");
    (void)rme_thread_transfer_time(thread, init, budget);
    (void)rme_thread_transfer_time(init, thread, BUDGET_INFINITE);
    walked(0, "so does time that is taken away: the thread itself is the first");
    how = EXHAUST;
    (void)rme_thread_transfer_time(thread, init, budget);
    step_down(CHAIN_TOP);
    walked(0, "a budget that ends");
    (void)rme_thread_exec_set(thread, (word_t)act, rme_stack_prepare(stacks[30], STACK_BYTES), 0);
    how = YIELD;
    (void)rme_thread_transfer_time(thread, init, budget);
    step_down(CHAIN_TOP);
    walked(0, "a full yield");
    (void)rme_thread_exec_set(thread, (word_t)act, rme_stack_prepare(stacks[30], STACK_BYTES), 0);
    if (!CONFIG_RAW) { /* in the longest list of pages */
        (void)thread_end(thread);
        thread = THREAD(.process = list_process, .entry = act, .tid = 100, .endpoint = gates[0][0]);
    }
    how = FAULT;
    (void)rme_thread_transfer_time(thread, init, BUDGET_INFINITE);
    step_down(CHAIN_TOP);
    tap_check(rme_thread_receive_event(init) == (sword_t)(100 | EVENT_FAULTED), "a fault");
    chain_arm(chains[0], CHAIN);
    (void)rme_thread_transfer_time(init, thread, BUDGET_INIT);
    (void)rme_thread_exec_set(thread, (word_t)act, rme_stack_prepare(stacks[30], STACK_BYTES), 0);
    walked(0, "and the repair of a thread without time");
    (void)thread_end(thread);
}

static void interrupts_that_begin_chains(void)
{
    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("interrupts that begin chains", "this build has no functions for them");
        return;
    }
    (void)rme_kfunc_call(functions, RME_KFN_INT_BIND, LINE, gates[0][0].id.raw, 0, 0, 0);
    (void)rme_kfunc_call(functions, RME_KFN_INT_LOCAL_MOD, LINE, 1, 1, 0, 0);
    (void)rme_kfunc_call(functions, RME_KFN_INT_LOCAL_TRIG, LINE, 0, 0, 0, 0);
    walked(0, "an interrupt begins a chain");
    (void)rme_kfunc_call(functions, RME_KFN_INT_BIND, LINE, CAP_NULL, 0, 0, 0);
}

/* All at once: a thread yields that has overrun its budget, which makes the timer fire; the next
 * has less than that; and a deadline has passed. */
static void three_at_once(void)
{
    rme_thread_t first, second;

    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("three chains at once", "this build has no TIMER_SET");
        return;
    }
    first = THREAD(.entry = act, .tid = 100, .endpoint = gates[0][0]);
    second = THREAD(.entry = act, .tid = 101, .endpoint = gates[1][0]);
    how = PAUSE;
    (void)rme_thread_transfer_time(first, init, 20);
    (void)rme_thread_transfer_time(second, init, 5);
    (void)rme_kfunc_call(functions, RME_KFN_TIMER_SET, 0, BOOT_TIMER_ENDPOINT, 10, 0, 0);
    step_down(CHAIN_TOP);
    machine_spin(3 * 262 * MACHINE_COUNT);
    tap_check(chain_events() == 3 * CONFIG_SCHED_DEPTH_MAX + 3, "three chains at once");
    (void)thread_end(first);
    (void)thread_end(second);
}

int main(void)
{
    (void)set_priority(init, CHAIN_TOP);
    bottom = rme_signal_make();
    far = rme_captable_make(ENTRIES);
    captables();
    delegations();
    if (CONFIG_RAW) {
        tap_skip("page tables", "raw address spaces");
    } else {
        page_tables();
    }
    invocations();
    priorities();
    make_chains(CHAINS);
    calls_that_begin_chains();
    interrupts_that_begin_chains();
    three_at_once();
    return tap_end();
}
