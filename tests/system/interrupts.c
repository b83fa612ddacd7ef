/* SPDX-License-Identifier: Unlicense
 *
 * Interrupts that enter the kernel: binding and its refusals, lines of both kinds, the unmask that
 * acknowledges, lines that nobody has bound, delivery while user code runs and while the kernel
 * does, load, and storms, which whoever runs pays for and which starve no timer.
 */
#include "test/interrupts.h"
#include "tests/system/ledger.h"

enum {
    IDLE_LINE = MACHINE_NO_LINE,
    EDGE_LINE = MACHINE_NO_EDGE,
    LEVEL_DRIVER = 4,
    LEVEL_MAIN = 10
};

/* With periodic ticks a budget ends at the tick that finds it used up. */
static word_t tick_late(void)
{
    return CONFIG_TICKLESS ? 0 : rme_boot.clock_hz / 1000 * (CONFIG_QUIESCE_PERIOD_US / 1000);
}

static rme_signal_t endpoint;
static volatile word_t served;

#define KFN(function, object, ...)                                                                 \
    rme_kfunc_call(functions, RME_KFN_##function, object, __VA_ARGS__)

static sword_t bind(word_t line, word_t id, word_t is_edge)
{
    return KFN(INT_BIND, line, id, is_edge, 0, 0);
}

static sword_t unmask(word_t line)
{
    return KFN(INT_LOCAL_MOD, line, 1, 1, 0, 0);
}

static sword_t mask(word_t line)
{
    return KFN(INT_LOCAL_MOD, line, 1, 0, 0, 0);
}

static sword_t is_enabled(word_t line)
{
    return KFN(INT_LOCAL_MOD, line, 0, 0, 0, 0);
}

static sword_t raise_line(word_t line)
{
    return KFN(INT_LOCAL_TRIG, line, 0, 0, 0, 0);
}

static sword_t pending(void)
{
    return rme_signal_receive(endpoint, SIGNAL_POLL_ALL);
}

/* ---- Binding ---- */

static void binding(void)
{
    word_t weak = rme_alloc_slot();

    tap_check(bind(rme_boot.irq_lines, endpoint.id.raw, 0) == STATUS_UNSUPPORTED &&
                  bind(~(word_t)0, endpoint.id.raw, 0) == STATUS_UNSUPPORTED,
              "there are so many lines and no more");
    tap_check(bind(IDLE_LINE, 0x7F, 0) == STATUS_RANGE &&
                  bind(IDLE_LINE, BOOT_KMEM, 0) == STATUS_TYPE,
              "a line is bound to an endpoint");
    (void)rme_captable_delegate(own, weak, own, endpoint.id.raw, RIGHTS_SIGNAL_ALL & ~32u, 0, 0);
    static_assert(RIGHT_SIGNAL_KERNEL_SEND == 32, "all but this");
    tap_check(bind(IDLE_LINE, weak, 0) == STATUS_RIGHTS, "which must be KERNEL_SEND");
    tap_check(bind(IDLE_LINE, CAP_NULL, 0) == STATUS_STATE, "a line that is free cannot be freed");
    tap_check(rme_captable_freeze(own, weak) == STATUS_OK &&
                  rme_captable_remove(own, weak) == STATUS_OK &&
                  bind(IDLE_LINE, endpoint.id.raw, 0) == STATUS_OK,
              "a line can be bound");
    tap_check(bind(IDLE_LINE, endpoint.id.raw, 0) == STATUS_STATE &&
                  bind(IDLE_LINE, endpoint.id.raw, 1) == STATUS_STATE,
              "once");
    tap_check(rme_captable_freeze(own, endpoint.id.raw) == STATUS_REFERENCED,
              "and holds its endpoint");
    (void)unmask(IDLE_LINE);
    tap_check(bind(IDLE_LINE, CAP_NULL, 0) == STATUS_OK && is_enabled(IDLE_LINE) == 0,
              "a line that is freed is masked");
    tap_check(rme_captable_freeze(own, endpoint.id.raw) == STATUS_OK &&
                  rme_signal_delete(own, endpoint.id.raw) == STATUS_OK &&
                  rme_signal_create(own, endpoint.id.raw) == STATUS_OK,
              "and lets go of its endpoint");
}

static void triggers(void)
{
    tap_check(raise_line(rme_boot.irq_lines) == STATUS_UNSUPPORTED &&
                  raise_line((word_t)1 << CAP_PAIR_SHIFT | IDLE_LINE) == STATUS_UNSUPPORTED,
              "a vector that is not there, or of another CPU, cannot be raised");
    tap_check(KFN(INT_LOCAL_MOD, rme_boot.irq_lines, 1, 1, 0, 0) == STATUS_UNSUPPORTED &&
                  KFN(INT_LOCAL_MOD, IDLE_LINE, 2, 1, 0, 0) == STATUS_UNSUPPORTED &&
                  KFN(INT_LOCAL_MOD, IDLE_LINE, 1, 2, 0, 0) == STATUS_UNSUPPORTED,
              "nor masked in ways that there are not");
}

/* ---- One line ---- */

static void level_line(void)
{
    (void)bind(IDLE_LINE, endpoint.id.raw, 0);
    tap_check(raise_line(IDLE_LINE) == STATUS_OK && pending() == 0, "a masked line stays silent");
    tap_check(unmask(IDLE_LINE) == STATUS_OK && pending() == 1, "until it is unmasked");
    tap_check(is_enabled(IDLE_LINE) == 0, "delivery masks it");
    (void)raise_line(IDLE_LINE);
    (void)raise_line(IDLE_LINE);
    tap_check(pending() == 0, "it does not come again before it is acknowledged");
    (void)unmask(IDLE_LINE);
    tap_check(pending() == 1, "and then once, however often it was raised");
    (void)unmask(IDLE_LINE);
    tap_check(pending() == 0 && is_enabled(IDLE_LINE) == 1, "nothing is left");
    (void)mask(IDLE_LINE);
    (void)bind(IDLE_LINE, CAP_NULL, 0);
}

static void edge_line(void)
{
    (void)bind(EDGE_LINE, endpoint.id.raw, 1);
    (void)unmask(EDGE_LINE);
    for (unsigned i = 0; i < 5; i++)
        (void)raise_line(EDGE_LINE);
    tap_check(pending() == 5, "an edge line delivers each edge");
    tap_check(is_enabled(EDGE_LINE) == 1, "and is never masked");
    (void)bind(EDGE_LINE, CAP_NULL, 0);
}

static void stray_line(void)
{
    (void)unmask(IDLE_LINE);
    (void)raise_line(IDLE_LINE);
    tap_check(is_enabled(IDLE_LINE) == 0 && pending() == 0, "a line that nobody has is masked");
    (void)bind(IDLE_LINE, endpoint.id.raw, 0);
    (void)unmask(IDLE_LINE);
    tap_check(pending() == 0 && raise_line(IDLE_LINE) == STATUS_OK && pending() == 1,
              "and works as soon as somebody has");
    (void)bind(IDLE_LINE, CAP_NULL, 0);
}

/* ---- The timer of the board and its driver ---- */

static void timer_bind(void)
{
    (void)bind(MACHINE_LINE, endpoint.id.raw, 0);
    (void)unmask(MACHINE_LINE);
}

static void timer_unbind(void)
{
    machine_timer_stop();
    machine_timer_clear();
    (void)unmask(MACHINE_LINE); /* what is pending still comes, and goes */
    (void)bind(MACHINE_LINE, CAP_NULL, 0);
    (void)pending();
}

static void drive(word_t unused)
{
    (void)unused;
    for (;;) {
        (void)rme_signal_receive(endpoint, SIGNAL_RECEIVE_ALL);
        served++;
        machine_timer_clear();
        (void)unmask(MACHINE_LINE);
    }
}

/* How long a call takes that raises the line, and all that comes of it. Whoever interrupts more
 * often than that leaves no time to others. */
static word_t cost_of_interrupt(void)
{
    word_t begin = machine_now();

    (void)raise_line(MACHINE_LINE);
    return machine_now() - begin + 1;
}

/* The shortest period of a level line that its driver can follow with ease, wherever this build's
 * compiler takes more time. A level that was up when the kernel was left is served twice. */
static word_t driver_period;

static void while_user_runs(void)
{
    word_t before = served;

    timer_bind();
    driver_period = cost_of_interrupt() * (MACHINE_IS_EDGE ? 2 : 4);
    before = served;
    machine_timer_start(3000 / MACHINE_TICK + driver_period);
    tap_check(registers_survive(150000), "no register changes under interrupts");
    machine_timer_stop();
    tap_check(served - before > 50, "which were served while user code ran");
    rme_print("# %zu served; a period of %zu ticks is left to drivers\n", served - before,
              driver_period);
    timer_unbind();
}

/* The timer fires at every place of long calls, in small steps: each call is completed, its result
 * is right, and the driver has run when it is over. The shortest period leaves the driver time. */
static void while_kernel_runs(void)
{
    const word_t slot = rme_alloc_slot(), memory = rme_alloc_kmem(CONFIG_CAPTABLE_BYTES_MAX);
    const word_t entries = CONFIG_CAPTABLE_BYTES_MAX / CAP_SLOT_BYTES;
    unsigned wrong = 0, late = 0, count = 0;

    timer_bind();
    for (word_t ticks = driver_period; ticks < driver_period + 5000 / MACHINE_TICK;
         ticks += MACHINE_TICK == 1 ? 23 : 1) {
        word_t before = served;
        sword_t created, frozen, deleted;

        machine_timer_start(ticks);
        created = rme_captable_create(own, slot, rme_kmem(BOOT_KMEM), memory, entries);
        frozen = rme_captable_freeze(own, slot);
        deleted = rme_captable_delete(own, slot);
        machine_spin((driver_period * MACHINE_TICK + 5000) / 2);
        machine_timer_stop();
        wrong += created != STATUS_OK || frozen != STATUS_OK || deleted != STATUS_OK;
        late += served == before;
        count++;
    }
    tap_check(wrong == 0, "calls that interrupts hit are completed");
    tap_check(late == 0 && count > 50, "and the interrupts are served behind them");
    rme_print("# at %u places\n", count);
    timer_unbind();
}

/* A timer that interrupts as fast as the driver can follow; main works below it. */
static void under_load(void)
{
    rme_signal_t other = rme_signal_make();
    word_t before = served, sent = 0, received = 0;

    timer_bind();
    machine_timer_start(driver_period + 500 / MACHINE_TICK);
    for (unsigned i = 0; i < 3000; i++) {
        sent += rme_signal_send(other, 2) == STATUS_OK ? 2 : 0;
        received += (word_t)rme_signal_receive(other, SIGNAL_POLL_ALL);
    }
    timer_unbind();
    tap_check(sent == 6000 && received == sent, "calls between interrupts are right");
    tap_check(served - before > 100, "and the driver keeps up");
    rme_print("# %zu interrupts during 6000 calls\n", served - before);
}

/* ---- Storms ---- */

/* A driver that acknowledges a line which is still up, again and again, on a budget. */
static void storm_driver(word_t line)
{
    for (;;) {
        (void)rme_signal_receive(endpoint, SIGNAL_RECEIVE_ALL);
        served++;
        if (line == IDLE_LINE)
            (void)raise_line(line);
        (void)unmask(line);
    }
}

static void storm(word_t line, const char *name)
{
    const word_t budget = rme_boot.clock_hz / 1000;
    rme_thread_t driver = THREAD(.entry = storm_driver, .param = line, .budget = budget,
                                 .priority = LEVEL_DRIVER, .tid = 9);
    word_t before = served, begin, counts;

    (void)bind(line, endpoint.id.raw, 0);
    begin = machine_now();
    (void)unmask(line);
    if (line == IDLE_LINE)
        (void)raise_line(line);
    else
        machine_timer_start(100);
    while (rme_thread_receive_event(init) != (sword_t)(9 | EVENT_EXHAUSTED))
        if (machine_now() - begin > MACHINE_HZ / 4)
            break;
    counts = machine_counts(machine_now() - begin);
    tap_check(budget_of(driver) == 0 && served - before > 500, name);
    /* A count that has begun is paid, so that what is paid may be one more than what has passed. */
    tap_check(counts + 1 >= budget && counts < budget + budget / 4 + tick_late(),
              "its driver's time ends when it should");
    rme_print("# %zu interrupts in %zu counts\n", served - before, counts);
    machine_timer_stop();
    (void)mask(line);
    (void)thread_end(driver);
    machine_timer_clear();
    (void)unmask(line);
    (void)bind(line, CAP_NULL, 0);
    (void)pending();
}

static volatile word_t rounds;

static void spin(word_t unused)
{
    (void)unused;
    for (;;)
        rounds++;
}

/* Edges that come almost as fast as the kernel delivers them. Two threads are under fire: each
 * pays for all of it while it runs, and its budget ends nevertheless. */
static void edge_storm(void)
{
    const word_t budget = rme_boot.clock_hz / 2000;
    rme_thread_t threads[2];
    word_t begin, counts, edges, period;

    (void)bind(MACHINE_LINE, endpoint.id.raw, 1);
    (void)unmask(MACHINE_LINE);
    (void)set_priority(init, LEVEL_MAIN);
    for (unsigned i = 0; i < 2; i++)
        threads[i] = THREAD(.entry = spin, .budget = budget, .tid = i + 1);
    period = cost_of_interrupt() * 3 / 4; /* with a call, which edges come without */
    (void)pending();
    machine_timer_start(period);
    period = machine_timer_period(period);
    begin = machine_now();
    step_down(LEVEL_MAIN);
    counts = machine_counts(machine_now() - begin);
    machine_timer_stop();
    edges = (word_t)pending();
    tap_check(budget_of(threads[0]) == 0 && budget_of(threads[1]) == 0 && counts >= 2 * budget &&
                  counts < 2 * budget + budget / 10 + 2 * tick_late(),
              "under a storm of edges budgets end when they should");
    tap_check(edges > counts * MACHINE_COUNT / period * 9 / 10, "and no edge is lost");
    rme_print("# %zu edges, one in %zu ticks, %zu rounds, in %zu counts\n", edges, period, rounds,
              counts);
    for (unsigned i = 0; i < 2; i++)
        (void)thread_end(threads[i]);
    (void)set_priority(init, 0);
    (void)bind(MACHINE_LINE, CAP_NULL, 0);
}

static volatile bool is_paid;

/* Whoever looks at the books, under fire. */
static void pay(word_t unused)
{
    struct look before, after;

    (void)unused;
    look(&before);
    machine_timer_start(driver_period + 500 / MACHINE_TICK);
    (void)machine_wait(MACHINE_HZ / 200);
    machine_timer_stop();
    (void)machine_wait(MACHINE_HZ / 10000); /* so that nothing is under way */
    look(&after);
    check_sum("what a storm costs is charged, to a count", &before, &after, 0, 0, 3);
    is_paid = true;
    stop();
}

static void charged_storm(void)
{
    timer_bind();
    payers[0] = THREAD(.entry = pay, .priority = 2);
    payers[1] = THREAD(.entry = drive, .priority = LEVEL_DRIVER);
    (void)rme_thread_transfer_time(payers[1], init, 0x1000000);
    (void)rme_thread_transfer_time(payers[0], init, 0x10000000);
    tap_check(is_paid, "the books are closed");
    (void)thread_end(payers[0]);
    (void)thread_end(payers[1]);
    timer_unbind();
}

int main(void)
{
    rme_thread_t driver;

    if (!CONFIG_KFUNC_INTERRUPT) {
        tap_skip("interrupts", "this build has no functions for them");
        return tap_end();
    }
    machine_begin();
    endpoint = rme_signal_make();
    binding();
    triggers();
    level_line();
    edge_line();
    stray_line();
    driver = THREAD(.entry = drive, .priority = LEVEL_DRIVER, .budget = BUDGET_INFINITE);
    while_user_runs();
    while_kernel_runs();
    under_load();
    (void)thread_end(driver);
    storm(IDLE_LINE, "a line that is raised again at once is a storm");
    if (MACHINE_IS_EDGE)
        edge_storm();
    else
        tap_skip("a storm of edges", "the timer's interrupt is a level here");
    if (!MACHINE_IS_EDGE)
        storm(MACHINE_LINE, "so is a level that nobody takes back");
    else
        tap_skip("a level that nobody takes back", "the timer's interrupt is a pulse here");
    charged_storm();
    return tap_end();
}
