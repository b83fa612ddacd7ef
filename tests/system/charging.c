/* SPDX-License-Identifier: Unlicense
 *
 * Charged + idle = elapsed, exactly. Every thread but init has a finite budget, idle is what init
 * had, and a clock that the kernel does not use says what has passed. A measuring thread looks at
 * all budgets, does something for a long time, and looks again: what all have paid must be the time
 * between the two looks, however many switches there were (ledger.h).
 */
#include "tests/system/ledger.h"

enum { PLENTY = 0x10000000, SOME = 0x1000000 };

/* The measuring thread, two partners in its level, and a server above them. */
enum { MEASURING, FIRST, SECOND, SERVER };
enum { LEVEL_SERVER = 4 };

static rme_signal_t calls, answers, ticks;
static rme_invocation_t port;

static void measure(const char *name, void (*something)(void), word_t arms)
{
    struct look before, after;

    look(&before);
    something();
    look(&after);
    check_sum(name, &before, &after, 0, 0, arms);
}

/* ---- What there is to pay for ---- */

static void partner(word_t unused)
{
    (void)unused;
    for (;;)
        (void)rme_thread_switch(rme_thread_null(), 0);
}

static void yields(void)
{
    for (unsigned i = 0; i < 3000; i++)
        (void)rme_thread_switch(rme_thread_null(), 0);
}

static void switches_by_id(void)
{
    for (unsigned i = 0; i < 1000; i++)
        (void)rme_thread_switch(payers[i % 2 == 0 ? FIRST : SECOND], 0);
}

/* A server that waits above the others. */
static void serve(word_t unused)
{
    (void)unused;
    for (;;) {
        (void)rme_signal_receive(calls, SIGNAL_RECEIVE_SINGLE);
        (void)rme_signal_send(answers, 1);
    }
}

static void signals(void)
{
    for (unsigned i = 0; i < 2000; i++) {
        (void)rme_signal_send(calls, 1);
        (void)rme_signal_receive(answers, SIGNAL_RECEIVE_ALL);
    }
}

static void transfers(void)
{
    for (unsigned i = 0; i < 500; i++) {
        (void)rme_thread_transfer_time(payers[FIRST], payers[MEASURING], 1000 + i);
        (void)rme_thread_transfer_time(payers[SECOND], payers[FIRST], 1000);
        (void)rme_thread_transfer_time(payers[MEASURING], payers[SECOND], 1000 - i);
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
}

static void enter(word_t param)
{
    (void)rme_thread_switch(rme_thread_null(), 0);
    (void)rme_invocation_return(param);
}

static void invocations(void)
{
    word_t value;

    for (unsigned i = 0; i < 1000; i++)
        (void)rme_invocation_activate(port, i, &value);
}

static void long_calls(void)
{
    const word_t bytes = CONFIG_CAPTABLE_BYTES_MAX;
    static word_t slot, memory;

    if (slot == 0) {
        slot = rme_alloc_slot();
        memory = rme_alloc_kmem(bytes);
    }
    for (unsigned i = 0; i < 200; i++) {
        (void)rme_captable_create(own, slot, rme_kmem(BOOT_KMEM), memory, bytes / CAP_SLOT_BYTES);
        (void)rme_captable_freeze(own, slot);
        (void)rme_captable_delete(own, slot);
        (void)rme_call(63, 0, 0, 0, 0, 0, 0, 0);
    }
}

/* Interrupts hit whoever runs: the measuring thread and its partners pay for them. */
static void interrupts(void)
{
    word_t begin = machine_now(), got = 0;

    machine_timer_start(4000 / MACHINE_TICK);
    while (machine_now() - begin < 4000000 / MACHINE_TICK) {
        (void)rme_thread_switch(rme_thread_null(), 0);
        if (rme_signal_receive(ticks, SIGNAL_POLL_ALL) <= 0)
            continue;
        machine_timer_clear();
        (void)rme_kfunc_call(functions, RME_KFN_INT_LOCAL_MOD, MACHINE_LINE, 1, 1, 0, 0);
        got++;
    }
    machine_timer_stop();
    tap_check(got > 100, "interrupts have come");
}

/* Over several ticks, and ends of SysTick's period. */
static void long_run(void)
{
    word_t begin = machine_now();

    while (machine_now() - begin < MACHINE_HZ / 1000 * 35) {
        machine_spin(2000);
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
}

/* The server runs until its time is used up, again and again; with periodic ticks, until the tick
 * that finds it so. */
enum { EXHAUSTIONS = CONFIG_TICKLESS ? 50 : 8 };

static volatile bool server_spins;

static void spin(word_t unused)
{
    (void)unused;
    for (;;)
        server_spins = true;
}

static void exhaustions(void)
{
    for (unsigned i = 0; i < EXHAUSTIONS; i++)
        (void)rme_thread_transfer_time(payers[SERVER], payers[MEASURING], 300 + i);
}

/* ---- The measuring thread ---- */

static void restart_server(void (*entry)(word_t))
{
    static char stack[STACK_BYTES] __attribute__((aligned(8)));

    (void)rme_thread_transfer_time(payers[MEASURING], payers[SERVER], BUDGET_INFINITE);
    (void)rme_thread_exec_set(payers[SERVER], (word_t)entry,
                              rme_stack_prepare(stack, sizeof(stack)), 0);
}

static void before_tick(void);
static void with_idle(void);

static void measuring(word_t unused)
{
    (void)unused;
    measure("3000 yields in one level", yields, 0);
    measure("1000 switches by id", switches_by_id, 0);
    measure("4000 signals, blocks and wakes", signals, 0);
    measure("1500 transfers of time", transfers, 0);
    measure("2000 invocations with a yield inside", invocations, 0);
    measure("800 long and refused calls", long_calls, 0);
    if (CONFIG_KFUNC_INTERRUPT) {
        measure("interrupts", interrupts, 0);
        before_tick();
    } else {
        tap_skip("interrupts", "this build has no INT_BIND");
        tap_skip("a thread that yields before each tick", "this build has no TIMER_SET");
    }
    measure("35 ms of yields", long_run, 6);
    restart_server(spin);
    measure("budgets that run out", exhaustions, 2 * EXHAUSTIONS);
    restart_server(serve);
    (void)rme_thread_transfer_time(payers[SERVER], payers[MEASURING], SOME);
    with_idle();
    (void)rme_thread_transfer_time(init, payers[MEASURING], BUDGET_INFINITE);
}

/* ---- Yielding before each tick ---- */

/* A thread that runs behind each tick and yields before the next is never there when the timer
 * fires; a kernel that charges whoever it finds at a tick lets it run for nothing. */
static void before_tick(void)
{
    enum { TICKS = 3 };
    const word_t tick = MACHINE_HZ / 1000 * (CONFIG_QUIESCE_PERIOD_US / 1000);
    struct look before, after;
    word_t ran = 0;

    look(&before);
    for (unsigned i = 0; i < TICKS; i++) {
        /* With periodic ticks a deadline is seen at a tick. */
        (void)rme_kfunc_call(functions, RME_KFN_TIMER_SET, 0, BOOT_TIMER_ENDPOINT,
                             machine_counts(tick / 100), 0, 0);
        while (rme_signal_receive(rme_signal(BOOT_TIMER_ENDPOINT), SIGNAL_POLL_ALL) == 0) {
            machine_spin(500);
            (void)rme_thread_switch(rme_thread_null(), 0);
        }
        ran += machine_wait(tick / 10 * 9);
        (void)rme_thread_switch(rme_thread_null(), 0);
    }
    look(&after);
    tap_check(before.budgets[MEASURING] - after.budgets[MEASURING] >= machine_counts(ran),
              "a thread that yields before each tick is charged");
    check_sum("and the others are for the rest", &before, &after, 0, 0, 4 * TICKS);
}

/* ---- Idle ---- */

enum { IDLES = 200 };

static volatile word_t idle_ticks;
static volatile bool is_idle_over;

/* Init, while all others wait: what it sees of its own time, and a signal. */
static void be_idle(void)
{
    while (!is_idle_over) {
        idle_ticks += machine_wait(3000 / MACHINE_TICK);
        (void)rme_signal_send(answers, 1);
    }
}

/* The partners would be ready: they give their time away, and with it they end. */
static void with_idle(void)
{
    struct look before, after;

    (void)rme_thread_transfer_time(payers[MEASURING], payers[FIRST], BUDGET_INFINITE);
    (void)rme_thread_transfer_time(payers[MEASURING], payers[SECOND], BUDGET_INFINITE);
    look(&before);
    idle_ticks = 0;
    for (unsigned i = 0; i < IDLES; i++)
        (void)rme_signal_receive(answers, SIGNAL_RECEIVE_SINGLE);
    look(&after);
    is_idle_over = true;
    /* Init's share has its own readings as a lower bound; to them the way into and out of the
     * kernel is added, a few hundred instructions each time. */
    check_sum("200 times idle", &before, &after, machine_counts(idle_ticks),
              machine_counts(idle_ticks + IDLES * (300 / MACHINE_TICK + 1)), 0);
}

/* ---- Budgets that stop being infinite ---- */

static volatile word_t turn;
static rme_thread_t endless;

/* Runs for long on an infinite budget, which nobody charges, and then gives it up. */
static void give_up(word_t how)
{
    (void)machine_wait(MACHINE_HZ / 1000);
    turn = 1;
    if (how == 0)
        (void)rme_thread_transfer_time(init, endless, BUDGET_INIT);
    else
        (void)rme_thread_free(endless);
    stop();
}

static void wait_for_turn(word_t unused)
{
    (void)unused;
    turn = 2;
    stop();
}

static void infinite_no_more(word_t how, const char *name)
{
    rme_thread_t payer;

    turn = 0;
    (void)set_priority(init, 10);
    endless = THREAD(.entry = give_up, .param = how, .priority = 3);
    (void)rme_thread_transfer_time(endless, init, BUDGET_INFINITE);
    payer = THREAD(.entry = wait_for_turn, .priority = 2);
    (void)rme_thread_transfer_time(payer, init, SOME);
    step_down(10);
    tap_check(turn == 2, name);
    tap_check(budget_of(payer) > 0 && SOME - budget_of(payer) < rme_boot.clock_hz / 2000,
              "and whoever runs next does not pay for what was free");
    rme_print("# it paid %zu\n", SOME - budget_of(payer));
    (void)thread_end(payer);
    if (how != 0) /* it has freed itself, and must be bound to be ended like all others */
        (void)rme_thread_bind(endless, init, rme_signal_null(), 1, 3, rme_kmem_null(), 0);
    (void)thread_end(endless);
    (void)set_priority(init, 0);
}

int main(void)
{
    static char port_stack[STACK_BYTES] __attribute__((aligned(8)));

    machine_begin();
    calls = rme_signal_make();
    answers = rme_signal_make();
    ticks = rme_signal_make();
    port = rme_invocation_make(process, enter, port_stack, sizeof(port_stack), true);
    if (CONFIG_KFUNC_INTERRUPT) {
        (void)rme_kfunc_call(functions, RME_KFN_INT_BIND, MACHINE_LINE, ticks.id.raw, 0, 0, 0);
        (void)rme_kfunc_call(functions, RME_KFN_INT_LOCAL_MOD, MACHINE_LINE, 1, 1, 0, 0);
    }
    infinite_no_more(0, "an infinite budget can be revoked by its owner");
    infinite_no_more(1, "a thread with an infinite budget can free itself");
    (void)set_priority(init, 5);
    payers[SERVER] = THREAD(.entry = serve, .priority = LEVEL_SERVER);
    payers[MEASURING] = THREAD(.entry = measuring);
    payers[FIRST] = THREAD(.entry = partner);
    payers[SECOND] = THREAD(.entry = partner);
    (void)rme_thread_transfer_time(payers[SERVER], init, SOME);
    (void)rme_thread_transfer_time(payers[MEASURING], init, PLENTY);
    (void)rme_thread_transfer_time(payers[FIRST], init, PLENTY);
    (void)rme_thread_transfer_time(payers[SECOND], init, PLENTY);
    (void)set_priority(init, 0);
    be_idle();
    return tap_end();
}
